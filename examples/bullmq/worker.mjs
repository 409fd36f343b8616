/**
 * Takes runs from a BullMQ queue, runs them with the plugins of the folders given, and leaves their reports as results.
 *
 *     node examples/bullmq/worker.mjs FOLDER…
 */
import { QueueEvents, Worker } from 'bullmq';
import { decodeValues, encodeValues, PluginManager } from 'mortise';
import { connection, now, QUEUE } from './queue.mjs';

const manager = await PluginManager.create({
  app: 'mortise-worker',
  apiVersion: '0.1.0',
  directories: process.argv.slice(2),
  userDirectory: false,
  logLevel: 'warn',
});
await manager.start();

let isClosing = false;

/** Ids of jobs that somebody asked to cancel. */
const unwanted = new Set();

/** A stage that fails is no failed job: its report is the result. What is thrown here, such as an unknown stage, is one. */
async function runJob(job, _token, signal) {
  const { pipeline, data = {}, ...options } = job.data;
  const report = await manager.run(pipeline, {
    ...options,
    data: decodeValues(data),
    // A job that is taken this moment hears of neither through its signal.
    signal: isClosing || unwanted.has(job.id) ? AbortSignal.abort() : signal,
  });
  // As JSON a report leaves out what bytes hold: the encoded values have all.
  return { ...report.toJSON(), data: encodeValues(report.data) };
}

const worker = new Worker(QUEUE, runJob, { connection, concurrency: 4, autorun: false });

// Whoever asks tells all workers; the one that has the job obeys.
const events = new QueueEvents(QUEUE, { connection, lastEventId: await now(worker.client) });
events.on('cancel', ({ jobId }) => {
  unwanted.add(jobId);
  worker.cancelJob(jobId, 'somebody asked for it');
});
for (const end of ['completed', 'failed']) events.on(end, ({ jobId }) => unwanted.delete(jobId));
await events.waitUntilReady();

async function close() {
  isClosing = true;
  worker.cancelAllJobs('the worker closes');
  await worker.close();
  await events.close();
  await manager.stop();
}
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, close);

const running = worker.run();
await worker.waitUntilReady();
const stages = manager.stages.list().map(({ stage }) => stage.id);
console.log(`waiting for runs of ${stages.join(', ')}`);
await running;
