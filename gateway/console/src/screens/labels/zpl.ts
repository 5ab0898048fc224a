// What ZPL II draws, as far as label templates may use it (services/Labeling/Domain/Zpl.cs says which commands): enough to see a label before it is printed.
// Our own because no kept library draws ZPL in a browser without sending the label to somebody else's server.

/** Something drawn; lengths are printer dots from the upper left. */
export type Mark =
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly height: number; readonly width: number; readonly turn: number; readonly text: string; readonly reversed: boolean; readonly base: boolean; readonly block: Block | null }
  | { readonly kind: 'box'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly line: number; readonly white: boolean; readonly round: number }
  | { readonly kind: 'ellipse'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly line: number }
  | { readonly kind: 'diagonal'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly line: number; readonly up: boolean }
  | { readonly kind: 'code'; readonly x: number; readonly y: number; readonly side: number; readonly module: number; readonly modules: number };

interface Block { readonly width: number; readonly lines: number; readonly justify: string }

/** A label as it will look. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

const turns: Record<string, number> = { N: 0, R: 90, I: 180, B: 270 };
const standardFont = 20;

/** Reads a filled label. */
export function draw(zpl: string): Drawing {
  let [width, height] = [600, 400];
  let home = { x: 0, y: 0 };
  let at = { x: 0, y: 0, base: false };
  let standard = { height: standardFont, width: 0 };
  let font = { ...standard, turn: 0 };
  let block: Block | null = null;
  let code: { module: number; size: number } | null = null;
  let [hex, reversed] = [false, false];
  const marks: Mark[] = [];
  const fieldEnds = () => { font = { ...standard, turn: 0 }; block = null; code = null; hex = false; reversed = false; };

  for (const [, command, rest] of zpl.matchAll(/\^(A.|[A-Z]{2})([^^]*)/g)) {
    const parts = rest!.split(',').map((part) => part.trim());
    const number = (i: number, otherwise = 0) => (parts[i] ? Number(parts[i]) : otherwise);
    if (command!.startsWith('A')) {
      // The font's name is the letter after A, the turn stands before the comma: ^A0N,30,20.
      font = { height: number(1, standard.height), width: number(2), turn: turns[parts[0] ?? 'N'] ?? 0 };
      continue;
    }
    switch (command) {
      case 'PW': width = number(0, width); break;
      case 'LL': height = number(0, height); break;
      case 'LH': home = { x: number(0), y: number(1) }; break;
      case 'CF': standard = { height: number(1, standardFont), width: number(2) }; font = { ...standard, turn: 0 }; break;
      case 'FO': at = { x: home.x + number(0), y: home.y + number(1), base: false }; break;
      case 'FT': at = { x: home.x + number(0), y: home.y + number(1), base: true }; break;
      case 'FB': block = { width: number(0), lines: number(1, 1), justify: parts[3] || 'L' }; break;
      case 'FH': hex = true; break;
      case 'FR': reversed = true; break;
      case 'BX': code = { module: number(1, 5), size: number(3, 20) }; break;
      case 'GB': marks.push({ kind: 'box', ...at, width: Math.max(number(0, 1), number(2, 1)), height: Math.max(number(1, 1), number(2, 1)), line: number(2, 1), white: parts[3] === 'W', round: number(4) }); break;
      case 'GC': marks.push({ kind: 'ellipse', ...at, width: number(0), height: number(0), line: number(1, 1) }); break;
      case 'GE': marks.push({ kind: 'ellipse', ...at, width: number(0), height: number(1), line: number(2, 1) }); break;
      case 'GD': marks.push({ kind: 'diagonal', ...at, width: number(0), height: number(1), line: number(2, 1), up: parts[4] !== 'L' }); break;
      case 'FD':
        if (code) marks.push({ kind: 'code', x: at.x, y: at.base ? at.y - code.module * code.size : at.y, side: code.module * code.size, module: code.module, modules: code.size });
        else marks.push({ kind: 'text', ...at, ...font, text: hex ? unescaped(rest!) : rest!, reversed, block });
        break;
      case 'FS': fieldEnds(); break;
    }
  }
  return { width, height, marks };
}

// "_C2_B5" is the UTF-8 of a letter: each byte that ZPL could take for a command is written as its hex code.
function unescaped(text: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '_') {
      bytes.push(parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      bytes.push(text.charCodeAt(i));
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
