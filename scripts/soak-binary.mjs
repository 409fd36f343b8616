// Mutates libraries for long: node scripts/soak-binary.mjs [mutations = 1000000] [seed = now]. Needs a build (npm run build).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [mutations = '1000000', seed = String(Date.now() % 2 ** 32)] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/binary/mutation.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, MORTISE_MUTATIONS: mutations, MORTISE_SEED: seed },
});
process.exitCode = status ?? 1;
