// Patterns of commands: words as one types them, with * for any characters. A space and a * at the end stand for any arguments, or none;
// so does the end of a pattern without any *: who denies "sudo" does not mean that word alone.

/** Whether the text of a command, its words with a space between them, meets a part of a pattern. */
export type Part = (text: string) => boolean;

/** The parts of a pattern: several where it is a pipeline. */
export function readPattern(pattern: string): readonly Part[] {
  return pattern.split('|').map((part) => readPart(inFull(part)));
}

/** A pattern of one program with all that it stands for written out. */
export function inFull(pattern: string): string {
  const words = pattern.trim().split(/\s+/).join(' ');
  return words.includes('*') || words === '' ? words : `${words} *`;
}

function readPart(text: string): Part {
  const open = text.endsWith(' *');
  const pieces = (open ? `${text.slice(0, -2)} ` : text).split('*');
  const [first = '', ...rest] = pieces;
  return (command) => {
    const whole = open ? `${command} ` : command;
    if (!whole.startsWith(first)) return false;
    if (rest.length === 0) return open || whole.length === first.length;
    return holds(whole, first.length, rest, open);
  };
}

/** Whether the pieces stand in this order from this place on; the last one at the end, unless the end is open. */
function holds(text: string, from: number, pieces: readonly string[], open: boolean): boolean {
  let at = from;
  for (const [index, piece] of pieces.entries()) {
    if (index === pieces.length - 1 && !open) return text.length - piece.length >= at && text.endsWith(piece);
    const place = text.indexOf(piece, at);
    if (place < 0) return false;
    at = place + piece.length;
  }
  return true;
}
