import { expect, it } from 'vitest';
import { resultOf } from '../support/children.js';
import { describeWithFixtures } from '../support/plugins.js';

const MIB = 1024 * 1024;

interface Growth {
  /**
   * Bytes that the resident set and the heap of V8 grew by in one half of the rounds, the lesser of the two: what leaks grows in both, what V8 takes for
   * itself when it feels like it does not.
   */
  readonly resident: number;
  readonly heap: number;
  readonly balanced: boolean;
}

/** Does `round` `warmUp` times, then `rounds` times in two halves, in a process of its own, and says how memory grew. */
async function growth(setUp: string, round: string, warmUp: number, rounds: number): Promise<Growth> {
  return (await resultOf(
    `
    const { default: koffi } = await import('koffi');
    const counter = (path, name) => Number(koffi.load(path).func('int64_t fixture_counter(const char*)')(name));
    const manager = await create();
    ${setUp}
    const settle = async () => {
      for (let i = 0; i < 5; i++) { globalThis.gc(); await sleep(10); }
      const { rss, heapUsed } = process.memoryUsage();
      return { rss, heapUsed };
    };
    for (let i = 0; i < ${warmUp}; i++) { ${round} }
    const first = await settle();
    for (let i = 0; i < ${rounds / 2}; i++) { ${round} }
    const second = await settle();
    for (let i = 0; i < ${rounds / 2}; i++) { ${round} }
    const third = await settle();
    const least = (key) => Math.min(second[key] - first[key], third[key] - second[key]);
    console.log(JSON.stringify({ resident: least('rss'), heap: least('heapUsed'), balanced: isBalanced() }));
    process.exit(0);`,
    { flags: ['--expose-gc', '--max-semi-space-size=2'], timeoutMs: 120_000 },
  )) as Growth;
}

const loading = (path: string) => `
  const path = ${path};
  const given = ['name', 'version', 'compatible_api_versions', 'dependencies', 'required_stages', 'conflicts_with', 'incompatible_with'];
  const isBalanced = () => given.every((slot) => counter(path, 'given:' + slot) === counter(path, 'freed:' + slot))
    && counter(path, 'entries') === counter(path, 'destroyed') && counter(path, 'inits') === counter(path, 'shutdowns');
`;

const LOAD = `const info = await manager.load(path); await manager.unload(info.name);`;

function report(title: string, { resident, heap }: Growth): void {
  console.log(`${title}: resident ${(resident / MIB).toFixed(2)} MiB, heap ${(heap / MIB).toFixed(2)} MiB`);
}

describeWithFixtures('memory', () => {
  it('[G12] stays flat over 10,000 rounds of load and unload, and everything is given back', async () => {
    const grown = await growth(loading(`fixture('static-vtable')`), LOAD, 2000, 10_000);
    report('10,000 loads of static-vtable', grown);
    expect(grown.balanced).toBe(true);
    expect(grown.heap).toBeLessThan(MIB);
    expect(grown.resident).toBeLessThan(3 * MIB);
  }, 120_000);

  it('[G12] stays flat over 1,000 loads of a plugin whose table is from malloc, but for that table', async () => {
    const grown = await growth(loading(`fixture('heap-vtable')`), LOAD, 500, 1000);
    report('1,000 loads of heap-vtable', grown);
    expect(grown.balanced).toBe(true);
    expect(grown.heap).toBeLessThan(MIB);
    expect(grown.resident).toBeLessThan(3 * MIB);
  }, 120_000);

  it('[G12] stays flat over 1,000 loads of a plugin in C++', async () => {
    const grown = await growth(`const path = shipped('text'); const isBalanced = () => true;`, LOAD, 500, 1000);
    report('1,000 loads of text', grown);
    expect(grown.heap).toBeLessThan(MIB);
    expect(grown.resident).toBeLessThan(3 * MIB);
  }, 120_000);

  it('[G12] [G17] stays flat over 2,000 loads that fail and are rolled back', async () => {
    const fails = `await manager.load(path).catch(() => {});`;
    const setUp = `${loading(`fixture('fail-register-after-two')`).replace(`&& counter(path, 'inits') === counter(path, 'shutdowns')`, '')}`;
    const grown = await growth(setUp, fails, 500, 2000);
    report('2,000 failed loads', grown);
    expect(grown.balanced).toBe(true);
    expect(grown.heap).toBeLessThan(MIB);
    expect(grown.resident).toBeLessThan(3 * MIB);
  }, 120_000);

  it('[G14] stays flat over 100,000 runs of a quick native stage', async () => {
    const setUp = `await manager.load(fixture('stage-counter')); const isBalanced = () => true;
      const data = { c0: 0n, c1: 1n, c2: 2n, c3: 3n }; const steps = ['counter:s0'];`;
    const grown = await growth(setUp, `await manager.run(steps, { data });`, 60_000, 100_000);
    report('100,000 runs of a quick stage', grown);
    expect(grown.heap).toBeLessThan(MIB);
    expect(grown.resident).toBeLessThan(3 * MIB);
  }, 120_000);

  it('[G14] stays flat over 5,000 runs of a native stage on another thread, with bytes both ways', async () => {
    const setUp = `await manager.load(fixture('stage-echo')); const isBalanced = () => true;
      const data = { in: new Uint8Array(20_000) }; const steps = ['stage-echo:run'];`;
    const grown = await growth(setUp, `await manager.run(steps, { data });`, 2000, 5000);
    report('5,000 runs on another thread', grown);
    expect(grown.heap).toBeLessThan(MIB);
    expect(grown.resident).toBeLessThan(5 * MIB);
  }, 120_000);
});
