import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../project/installed.js';

/** A text, and what every message about it says; nothing: it is a manifest. */
export interface Vector {
  readonly what: string;
  readonly text: string;
  readonly why?: string;
}

/** The manifests that all who read one agree about. `<3*,"#":0>` stands for three times what follows the star, with their numbers for #. */
export const vectors = (JSON.parse(readFileSync(join(root, 'test/manifest/vectors.json'), 'utf8')) as Vector[]).map(
  (vector) => ({
    ...vector,
    text: vector.text.replace(/<(\d+)\*([^>]+)>/g, (_, times: string, part: string) =>
      Array.from({ length: Number(times) }, (_, index) => part.replace('#', String(index))).join(''),
    ),
  }),
);
