import { relative } from 'node:path';
import { type CreatedProject, createProject, isLanguage, LANGUAGES, type Language } from '../scaffold/index.js';
import { usageError } from './arguments.js';
import type { Command, ParsedOptions } from './command.js';
import { columns, printable } from './text.js';

/** `mortise create NAME --lang c|cpp|rust|ts` */
export const create: Command = {
  name: 'create',
  operands: 'NAME',
  arity: { min: 1, max: 1 },
  summary: 'writes a plugin project that builds, loads and passes its test, in C, C++, Rust or TypeScript',
  options: {
    lang: { type: 'string', value: LANGUAGES.join('|'), help: 'the language of the plugin' },
    dir: { type: 'string', value: 'FOLDER', help: 'the folder of the project; ./NAME where not given' },
    mortise: {
      type: 'string',
      value: 'SPEC',
      help: 'where the project gets mortise from: a version, or a folder or archive; this version where not given',
    },
  },
  notes:
    'The folder must not be there yet, or be empty but for .git; nothing is overwritten. NAME is words of a-z and 0-9, joined by "-" or "_": it becomes the name of the plugin, its package, its crate or target, and the namespace of its stages.',
  async run({ operands: [name = ''], options, output }) {
    const project = createProject({
      name,
      language: languageOf(options),
      folder: given(options, 'dir'),
      mortise: given(options, 'mortise'),
    });
    const steps = nextSteps(project);
    output.result({ ...project, next: steps.map(([command]) => command) }, () => [
      `${project.name} is in ${printable(project.folder)}`,
      ...project.files.map((path) => `  ${path}`),
      '',
      'next:',
      ...columns(
        steps.map(([command, why]) => [printable(command), why]),
        '  ',
      ),
    ]);
    return 0;
  },
};

function languageOf(options: ParsedOptions): Language {
  const text = options.text('lang');
  if (text === undefined) {
    const choices = LANGUAGES.map((language) => `--lang ${language}`);
    throw usageError('mortise create needs --lang', create, `Write ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}.`);
  }
  if (isLanguage(text)) return text;
  throw usageError(`--lang is ${JSON.stringify(text)}; one of ${LANGUAGES.join(', ')} was wanted`, create);
}

function given(options: ParsedOptions, name: string): string | undefined {
  const text = options.text(name);
  if (text === '') throw usageError(`--${name} is empty`, create);
  return text;
}

function nextSteps({ folder, language }: CreatedProject): Array<readonly [command: string, why: string]> {
  const path = relative(process.cwd(), folder);
  const isCompiled = language !== 'ts';
  return [
    ...(path === '' ? [] : [[`cd ${/^[\w./\\-]+$/.test(path) ? path : JSON.stringify(path)}`, ''] as const]),
    ['npm install', 'mortise, and nothing that is compiled'],
    ...(isCompiled ? [['npx mortise setup', 'once: builds the host library'] as const] : []),
    ['npm run build', 'the plugin'],
    ['npm test', 'runs its stage under the test kit'],
    ['npm run pack', 'an archive for others'],
  ];
}
