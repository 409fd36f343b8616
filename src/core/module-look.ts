import { join } from 'node:path';
import type { LookKind } from '../isolation/probe.js';
import { packageRoot } from '../package/index.js';
import { checkModuleFile } from './plugin-module.js';

/** Looks at plugins in JavaScript. */
export const MODULES: LookKind = {
  check: checkModuleFile,
  program: join(packageRoot, 'dist', 'core', 'module-look-child.js'),
  opening: ['import'],
};
