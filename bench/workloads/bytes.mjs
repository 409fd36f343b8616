// c. Bytes into and out of a context.

import { join } from 'node:path';
import { LAYOUT } from '../../dist/abi/index.js';
import { addon, hostile, managerWith, peerLibrary, suffix } from '../environment.mjs';
import { interleave, row, timed, timedAsync } from '../measure.mjs';

const BYTES = 5; // tag of the ABI
const LIVE = 0;
const MIB = 1 << 20;

export default async function bytes(quick) {
  const rounds = quick ? 2 : 61;
  const { HostSession } = await import('../../dist/native/index.js');
  const manager = await managerWith([join(hostile, `stage-echo${suffix}`)], { pipelines: { echo: ['stage-echo:run'] } });
  const session = HostSession.current();
  const host = session.library;
  const native = addon();
  const { library } = peerLibrary();
  const koffi = {
    put: library.func('peer_put', 'void', ['void*', 'size_t']),
    take: library.func('peer_take', 'void', ['void*', 'size_t']),
  };
  const stage = BigUint64Array.of(manager.stages.get('stage-echo:run').stage.handle);
  const key = Buffer.from('in');
  const results = Buffer.alloc(LAYOUT.MortiseStageResult.size);
  const entries = Buffer.alloc(64 * 1024);

  /** Where the store keeps what the stage wrote to `out`. */
  const locate = (store, length) => {
    const written = host.storeChanges(store, entries, entries.length);
    const { size, offsets } = LAYOUT.MortiseEntry;
    for (let at = 0; at < written; ) {
      const keyLength = entries.readUInt32LE(at + offsets.key_length);
      const name = entries.toString('utf8', at + size, at + size + keyLength);
      if (name === 'out') return entries.readBigUInt64LE(at + offsets.payload);
      const data = Number(entries.readBigUInt64LE(at + offsets.length));
      at += size + ((keyLength + 7) & ~7) + ((data + 7) & ~7);
    }
    throw new Error(`stage-echo did not write ${length} bytes to \`out\``);
  };

  const rows = [];
  for (const [length, name] of [
    [MIB, '1 MiB'],
    [1024, '1 KiB'],
  ]) {
    const times = quick ? 10 : length === MIB ? 30 : 5_000;
    const input = Buffer.alloc(length, 7);
    const output = Buffer.alloc(length);
    const store = host.storeOpen(session.handle);
    let puts = 0;
    const put = () => {
      host.storePut(store, key, key.length, BYTES, input, length);
      // A run puts a key once, into an empty store. For a small value the reset would cost as much as what is measured: not after each.
      if (length === MIB || (++puts & 15) === 0) host.storeReset(store);
    };
    const source = host.storeOpen(session.handle);
    // More than MORTISE_BY_REFERENCE bytes are handed out by address; a copy takes as much of them as it likes.
    const large = Buffer.alloc(MIB);
    host.storePut(source, key, key.length, BYTES, large, MIB);
    host.run(source, stage, 1, LIVE, results);
    const address = locate(source, MIB);

    const medians = await interleave(rounds, {
      put: () => timed(put, times),
      'Koffi in': () => timed(() => koffi.put(input, length), times),
      'Node-API in': () => timed(() => native.put(input), times),
      'memcpy in': () => timed(() => output.set(input), times),
      copy: () => timed(() => host.memoryCopy(output, address, length), times),
      'Koffi out': () => timed(() => koffi.take(output, length), times),
      'Node-API out': () => timed(() => native.take(output), times),
    });
    host.storeClose(store);
    host.storeClose(source);
    const memcpy = medians['Koffi in'] + medians['Koffi out'];
    const nodeApi = medians['Node-API in'] + medians['Node-API out'];
    const unit = length === MIB ? 'µs' : 'ns';
    const scale = length === MIB ? 1e3 : 1;
    const ours = (medians.put + medians.copy) / scale;
    const peers = { 'Koffi + memcpy': memcpy / scale, 'Node-API + memcpy': nodeApi / scale };
    const target = { times: length === MIB ? 1.3 : 2, of: 'Koffi + memcpy' };
    rows.push(row({ id: 'c', what: `${name} into a store and out of it, buffers pooled`, unit, ours, peers, target }));
  }

  for (const [length, name] of [
    [MIB, '1 MiB'],
    [1024, '1 KiB'],
  ]) {
    const times = quick ? 5 : length === MIB ? 10 : 100;
    const input = Buffer.alloc(length, 7);
    const output = Buffer.alloc(length);
    const run = async () => {
      const report = await manager.run('echo', { data: { in: input } });
      if (report.data.out.length !== length) throw new Error('stage-echo lost bytes');
    };
    const medians = await interleave(rounds, {
      ours: () => timedAsync(run, times),
      // The same copies: in, the stage's own from `in` to `out`, out.
      memcpy: () =>
        timed(() => {
          koffi.put(input, length);
          output.set(input);
          koffi.take(output, length);
        }, times),
      fresh: () =>
        timed(() => {
          koffi.put(input, length);
          output.set(input);
          koffi.take(Buffer.allocUnsafeSlow(length), length);
        }, times),
    });
    const peers = { '3 memcpy, pooled': medians.memcpy / 1e3, '3 memcpy, fresh output': medians.fresh / 1e3 };
    const target = length === MIB ? { times: 1.3, of: '3 memcpy, fresh output' } : undefined;
    const what = `${name} through \`manager.run\` of a stage that copies it, on a thread`;
    rows.push(row({ id: 'c', what, unit: 'µs', ours: medians.ours / 1e3, peers, target }));
  }
  await manager.stop();
  return rows;
}
