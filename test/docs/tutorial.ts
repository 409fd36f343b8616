import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Block, blocks } from './markdown.js';

/**
 * A page that is followed step by step, as its reader would in one terminal: `sh run` blocks are run, blocks with `file=PATH` are written to that file, and lines of
 * a `text output` block must be in the output of the run before it, in that order; `…` stands for anything.
 * `needs=PROGRAM`: left out, with a message, where there is none. `fails`: the run must end with another status than 0.
 */
export class Tutorial {
  readonly #env: NodeJS.ProcessEnv;
  readonly #home: string;
  #folder: string;
  readonly #isHere: (program: string) => boolean;
  /** Undefined: the run before was left out. */
  #output: string | undefined = '';

  /** `folder`: where the reader begins, empty. `home`: a folder that the reader does not look into. */
  constructor(folder: string, home: string, env: NodeJS.ProcessEnv, isHere: (program: string) => boolean) {
    this.#folder = realpathSync(folder);
    this.#home = home;
    this.#env = env;
    this.#isHere = isHere;
  }

  /** Throws at the first step that does not do what the page says. */
  async follow(page: string): Promise<void> {
    for (const block of blocks(page)) await this.#step(block);
  }

  async #step(block: Block): Promise<void> {
    const file = block.words.find((word) => word.startsWith('file='))?.slice('file='.length);
    if (file !== undefined) this.#write(file, block.text);
    else if (block.language === 'sh' && block.words.includes('run')) await this.#run(block);
    else if (block.words.includes('output')) this.#compare(block);
  }

  #write(file: string, text: string): void {
    const path = join(this.#folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  async #run({ place, text, words }: Block): Promise<void> {
    const needed = words.find((word) => word.startsWith('needs='))?.slice('needs='.length);
    if (needed !== undefined && !this.#isHere(needed)) {
      console.log(`left out: ${place} needs ${needed}, which is not on this machine`);
      this.#output = undefined;
      return;
    }
    const mark = join(this.#home, '.folder-of-the-reader');
    // The folder that the reader is in afterwards.
    const script = `${text}\npwd > '${mark}'`;
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => output.push(data));
    const status = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    this.#output = Buffer.concat(output).toString();
    const shouldFail = words.includes('fails');
    if ((status === 0) === shouldFail)
      throw new Error(`${place} ended with status ${status}:\n${text}\n${Buffer.concat(output).toString()}`);
    if (status === 0) this.#folder = readFileSync(mark, 'utf8').trim();
  }

  #compare({ place, text }: Block): void {
    const output = this.#output;
    if (output === undefined) return;
    const lines = output.split('\n');
    let from = 0;
    for (const wanted of text.split('\n').filter((line) => line.trim() !== '')) {
      const found = lines.findIndex((line, index) => index >= from && pattern(wanted).test(line));
      if (found < 0)
        throw new Error(`${place} promises the line\n${wanted}\nwhich is not here, or not in this order:\n${output}`);
      from = found + 1;
    }
  }
}

/** Runs of blanks count as one: columns may be wider elsewhere. */
function pattern(line: string): RegExp {
  const parts = line.trim().split('…');
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+'));
  return new RegExp(`^\\s*${escaped.join('.*')}\\s*$`);
}
