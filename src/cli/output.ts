import { isOurs, type PluginSystemError, thrownText } from '../errors/index.js';
import type { PluginWarning } from '../plugin/index.js';
import { remedyAtTerminal } from './remedies.js';
import { columns, escapeMarks, painter, printable } from './text.js';

/** Where a command writes: data to stdout, everything else to stderr. With `json`, stdout gets one JSON document and nothing else. */
export class Output {
  readonly json: boolean;
  readonly #paintError = painter(process.stderr);
  readonly paint = painter(process.stdout);
  #progressShown = false;

  constructor(json: boolean) {
    this.json = json;
  }

  /** Lines for people; nothing with `json`. */
  text(lines: string | readonly string[]): void {
    if (this.json) return;
    this.#endProgress();
    process.stdout.write(`${typeof lines === 'string' ? lines : lines.join('\n')}\n`);
  }

  /** The document; nothing without `json`. */
  document(value: unknown): void {
    if (this.json) process.stdout.write(`${escapeMarks(JSON.stringify(value, null, 2))}\n`);
  }

  /** The result in the form that was asked for. */
  result(value: unknown, lines: () => readonly string[]): void {
    if (this.json) this.document(value);
    else this.text(lines());
  }

  note(message: string): void {
    this.#endProgress();
    process.stderr.write(`${message}\n`);
  }

  /** What a tool prints, as it is. */
  passOn(chunk: Uint8Array): void {
    this.#endProgress();
    process.stderr.write(chunk);
  }

  warning({ code, message }: PluginWarning, about?: string): void {
    const subject = about === undefined ? '' : `${printable(about)}: `;
    this.note(`${this.#paintError('yellow', `warning ${code}:`)} ${subject}${printable(message)}`);
  }

  /** What is going on, on a terminal; replaced by the next line that is written. */
  progress(message: string): void {
    if (!process.stderr.isTTY || process.env['TERM'] === 'dumb') return;
    // 0 where a terminal does not know its width.
    const width = process.stderr.columns || 80;
    process.stderr.write(`\r\x1b[K${message.slice(0, width - 1)}`);
    this.#progressShown = true;
  }

  endProgress(): void {
    this.#endProgress();
  }

  /** What failed, where, and what to do: a block on stderr. `plugins`: those that it is common to, in the place of one. */
  errorBlock(error: PluginSystemError, plugins?: readonly string[]): void {
    const rows = [
      ...(plugins === undefined
        ? [
            ['plugin', error.plugin],
            ['file', error.path],
          ]
        : [['plugins', plugins.join(', ')]]),
      ['phase', error.phase],
      ['operation', error.operation],
      ['not given back', error.ledger.map(({ what, taken, given }) => `${what} (${given} of ${taken})`).join(', ')],
      ['to do', remedyAtTerminal(error)],
    ].flatMap(([label, value]) => (value === undefined || value === '' ? [] : [[label as string, printable(value)]]));
    const head = `${this.#paintError('red', `error ${error.code}:`)} ${printable(error.detail)}`;
    this.note([head, ...columns(rows, '  '), ...causeLines(error)].join('\n'));
  }

  /** The end of a command that failed: a block on stderr, or a document on stdout. */
  failure(error: PluginSystemError, more: object = {}): void {
    if (this.json) this.document({ error: { ...error.toJSON(), remedy: remedyAtTerminal(error) }, ...more });
    else this.errorBlock(error);
  }

  #endProgress(): void {
    if (!this.#progressShown) return;
    process.stderr.write('\r\x1b[K');
    this.#progressShown = false;
  }
}

function causeLines({ cause, detail }: PluginSystemError): string[] {
  if (cause === undefined) return [];
  const text = isOurs(cause) ? cause.detail : thrownText(cause);
  if (text.trim() === '' || detail.includes(text)) return [];
  return [
    '  cause:',
    ...text
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => `    ${printable(line)}`),
  ];
}
