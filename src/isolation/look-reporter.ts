import { readSync, writeSync } from 'node:fs';
import type { Logger } from '../plugin/index.js';
import { type FirstLookRequest, type LookStep, REPORT_DESCRIPTOR, type Verdict } from './first-look-protocol.js';

const NEWLINE = 10;

/** What the parent of this process wants looked at. */
export function readRequest(): FirstLookRequest {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const length = readSync(0, chunk);
    chunks.push(chunk.subarray(0, length));
    if (length === 0 || chunk[length - 1] === NEWLINE) return JSON.parse(Buffer.concat(chunks).toString());
  }
}

// As they were before the plugin ran: a module may put others in their place.
const { stringify } = JSON;
const { from: bytesOf } = Buffer;
const write = writeSync;

/** Tells the parent of this process where the look is, so that it knows whatever becomes of this process. */
export class LookReporter {
  plugin: string | undefined;
  readonly #nonce: string;
  #last: LookStep | undefined;

  constructor(nonce: string) {
    this.#nonce = nonce;
  }

  step(step: LookStep): void {
    if (step === this.#last) return;
    this.#last = step;
    this.#write({ step, at: performance.now(), plugin: this.plugin });
  }

  verdict(verdict: Verdict): void {
    this.#write({ verdict });
  }

  #write(line: object): void {
    // The nonce is not in what is made JSON of: a `toJSON` on the prototype of all objects would see it.
    const bytes = bytesOf(`\n${this.#nonce} ${stringify(line)}\n`);
    for (let at = 0; at < bytes.length; ) {
      try {
        at += write(REPORT_DESCRIPTOR, bytes, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') pause(1);
        else waitForTheEnd();
      }
    }
  }
}

/** The plugin closed the pipe. The parent sees its end, and ends this process; that it does so within five seconds is not left to chance. */
function waitForTheEnd(): never {
  pause(5000);
  process.kill(process.pid, 'SIGKILL');
  for (;;) pause(1000);
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const drop = () => {};

/** Writes nothing, and is of an ordinary level, so that the plugin logs as it will later. */
export const unheardLogger: Logger = {
  level: 'info',
  trace: drop,
  debug: drop,
  info: drop,
  warn: drop,
  error: drop,
  fatal: drop,
  child: () => unheardLogger,
};
