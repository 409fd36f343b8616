// f. What `import 'mortise'` costs a fresh process, timed inside it.

import { spawnSync } from 'node:child_process';
import { root } from '../environment.mjs';
import { interleave, row } from '../measure.mjs';

export default async function imports(quick) {
  const rounds = quick ? 2 : 41;
  const { ours, ...peers } = await interleave(rounds, {
    ours: () => milliseconds('mortise'),
    koffi: () => milliseconds('koffi'),
    pino: () => milliseconds('pino'),
    semver: () => milliseconds('semver'),
  });
  const what = "`import 'mortise'` in a fresh process";
  return [row({ id: 'f', what, unit: 'ms', ours, peers, target: { times: 1.5, of: 'koffi' } })];
}

function milliseconds(name) {
  const code = `const began = performance.now(); await import('${name}'); process.stdout.write(String(performance.now() - began));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`import '${name}' failed: ${stderr}`);
  return Number(stdout);
}
