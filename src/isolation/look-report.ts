import { shown } from '../errors/index.js';
import { type LookStep, parseReportLine, type StepLine, type Verdict } from './first-look-protocol.js';
import { faultOf } from './verdict-shape.js';

/** Longest line of a report; the manifest, the largest part of it, is read from the file and not reported. */
const MAX_LINE = 64 * 1024 * 1024;

/**
 * What the child of a look reports, held to what a look does: its steps come in order, each once; then one verdict, which is whole, and good only where no step was
 * left out. From the first line on that is not so, nothing more of it counts.
 *
 * Lines without the nonce are not looked at: a plugin that writes to any descriptor it finds, or to this one because it knows that it is here, reports nothing. That is no
 * protection from one that means to be believed. It runs in the process that reports: it can search the memory for the nonce, or change what the reporter calls. A
 * look is a test of plugins that are careless, not a jail for those that lie.
 */
export class LookReport {
  /** In order; the last one is where it ended. */
  readonly steps: StepLine[] = [];
  readonly #nonce: string;
  /** All steps of a look that goes well. */
  readonly #wanted: readonly LookStep[];
  readonly #onStep: () => void;
  #parts: string[] = [];
  #length = 0;
  #verdict: Verdict | undefined;
  #doubt: string | undefined;

  constructor(nonce: string, wanted: readonly LookStep[], onStep: () => void) {
    this.#nonce = nonce;
    this.#wanted = wanted;
    this.#onStep = onStep;
  }

  /** Undefined where there is none that can be believed. */
  get verdict(): Verdict | undefined {
    return this.#doubt === undefined ? this.#verdict : undefined;
  }

  /** Why what was reported cannot be believed; undefined: it can, as far as it goes. */
  get doubt(): string | undefined {
    return this.#doubt;
  }

  /** Takes text as it comes, in pieces of any length. */
  add(text: string): void {
    const lines = text.split('\n');
    const partial = lines.pop() as string;
    for (const line of lines) {
      this.#keep(line);
      this.#take(this.#parts.join(''));
      this.#forget();
    }
    this.#keep(partial);
  }

  #keep(part: string): void {
    this.#length += part.length;
    if (this.#length > MAX_LINE) this.#forget();
    else this.#parts.push(part);
  }

  #forget(): void {
    this.#parts = [];
    this.#length = 0;
  }

  #take(line: string): void {
    const reported = parseReportLine(line, this.#nonce);
    if (reported === undefined || this.#doubt !== undefined) return;
    this.#doubt = 'verdict' in reported ? this.#conclude(reported.verdict) : this.#begin(reported);
  }

  #begin(line: StepLine): string | undefined {
    const { step } = line;
    if (this.#verdict !== undefined) return `${shown(step)} was announced after the verdict`;
    const last = this.steps.at(-1);
    const from = last === undefined ? 0 : this.#wanted.indexOf(last.step) + 1;
    if (!this.#wanted.includes(step, from)) {
      return last === undefined ? `it began with ${shown(step)}` : `${shown(step)} was announced after ${shown(last.step)}`;
    }
    this.steps.push(line);
    this.#onStep();
    return undefined;
  }

  #conclude(verdict: unknown): string | undefined {
    if (this.#verdict !== undefined) return 'there were two verdicts';
    const fault = faultOf(verdict);
    if (fault !== undefined) return `${fault} is missing or of the wrong kind`;
    const { metadata, error } = verdict as Verdict;
    const last = this.steps.at(-1);
    if (last === undefined || last.step !== this.#wanted.at(-1)) {
      return `the verdict came before the step ${shown(this.#wanted.at(-1))}`;
    }
    if (last.plugin !== metadata?.name) return 'the verdict is on another plugin than the steps are';
    if (error === undefined) {
      if (metadata === undefined) return 'the verdict is good, and has no metadata';
      const missing = this.#wanted.find((step, index) => this.steps[index]?.step !== step);
      if (missing !== undefined) return `the verdict is good, and the step ${shown(missing)} was left out`;
    }
    this.#verdict = verdict as Verdict;
    return undefined;
  }
}
