// What stands in front: the dialogs that are open, the last one foremost. Only what belongs to it hears keys and scans.

const open: { id: string; secret: boolean }[] = [];

/** Puts a dialog in front until the function it gives back is called. */
export function inFront(id: string, secret: boolean): () => void {
  const entry = { id, secret };
  open.push(entry);
  return () => void open.splice(open.indexOf(entry), 1);
}

/** The foremost dialog; empty when there is none. */
export const front = (): string => open.at(-1)?.id ?? '';

/** True while a password is asked for anywhere on the page. */
export const asksForSecret = (): boolean => open.some((each) => each.secret) || document.querySelector('input[type=password], input[autocomplete*=password]') !== null;
