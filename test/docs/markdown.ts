import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block: ```LANGUAGE WORD… */
export interface Block {
  /** `docs/guide.md:12` */
  readonly place: string;
  readonly language: string;
  /** The words behind the language: `run`, `excerpt=FILE`. */
  readonly words: readonly string[];
  readonly text: string;
}

/** The pages for users, relative to the root. */
export function pages(): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md'))
    .sort();
  return ['README.md', 'ARCHITECTURE.md', ...docs.map((name) => `docs/${name}`)];
}

/** Pages that are followed step by step, block after block, in one folder. */
export function isTutorial(page: string): boolean {
  return page.startsWith('docs/authors/');
}

export function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

export function blocks(page: string): Block[] {
  const text = read(page);
  return [...text.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    place: `${relative(root, join(root, page))}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1] as string,
    words: (match[2] as string).trim().split(/\s+/).filter(Boolean),
    text: match[3] as string,
  }));
}

/** Rows of all tables whose first head cell is `head`, as cells; `\|` in a cell is none of its ends. */
export function tableRows(page: string, head: string): string[][] {
  const rows: string[][] = [];
  let isWanted = false;
  for (const line of read(page).split('\n')) {
    if (!line.startsWith('|')) {
      isWanted = false;
      continue;
    }
    const cells = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    if (cells[0] === head) isWanted = true;
    else if (isWanted && !/^:?-+:?$/.test(cells[0] as string)) rows.push(cells);
  }
  return rows;
}
