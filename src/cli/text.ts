import { stripVTControlCharacters, styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Rows as lines; cells of a column begin at one place, the last column is as long as it is. */
export function columns(rows: ReadonlyArray<readonly string[]>, indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.slice(0, -1).entries()) widths[index] = Math.max(widths[index] ?? 0, width(cell));
  }
  const padded = (cell: string, index: number) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell)));
  return rows.map((row) => (indent + row.map(padded).join('  ')).trimEnd());
}

/** What escapes for colours do not add to. */
function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}

/**
 * Text of a plugin as it may be shown on a terminal: control characters, which can move the cursor and worse, and marks that turn the direction of
 * writing around are written as escapes.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return escapeMarks(text.replace(/[\u0000-\u001f]/g, (character) => (character === '\n' ? '\\n' : escaped(character))));
}

/** The same for JSON, in which control characters below a blank are escapes already; it is still the same JSON. */
export function escapeMarks(text: string): string {
  return text.replace(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `16 384 bytes` */
export function bytes(count: number): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ' ')} bytes`;
}

/** `12.3 ms` */
export function ms(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0)} ms`;
}

/** Colours `text` where a stream shows colours (no-color.org). */
export function painter(stream: NodeJS.WriteStream): (style: Style, text: string) => string {
  const noColor = process.env['NO_COLOR'];
  const isPlain = !stream.isTTY || (noColor !== undefined && noColor !== '') || process.env['TERM'] === 'dumb';
  if (isPlain) return (_style, text) => text;
  // Whether to colour was decided above, and Node's own decision is about another stream.
  const options = { validateStream: false } as const;
  return (style, text) => (styleText as (format: Style, text: string, options: object) => string)(style, text, options);
}
