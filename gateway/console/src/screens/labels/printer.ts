// The printer of this workstation; nothing of it is a record.
const key = 'doseline.printer';

/** The printer that was used last here, or one that is given. */
export const printerOf = (otherwise: string): string => localStorage.getItem(key) ?? otherwise;

/** Keeps the printer for the next label. */
export const rememberPrinter = (printer: string): void => localStorage.setItem(key, printer);
