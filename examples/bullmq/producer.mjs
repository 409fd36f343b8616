/**
 * Has a worker run stages, one after the other, and prints the report. Ctrl-C cancels the run.
 *
 *     node examples/bullmq/producer.mjs [--input FILE] [--continue] STAGE…
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Queue, QueueEvents, QueueEventsProducer } from 'bullmq';
import { encodeValues } from 'mortise';
import { connection, now, QUEUE } from './queue.mjs';

const { values: options, positionals: stages } = parseArgs({
  options: { input: { type: 'string' }, continue: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const queue = new Queue(QUEUE, { connection });
const events = new QueueEvents(QUEUE, { connection, lastEventId: await now(queue.client) });
const asking = new QueueEventsProducer(QUEUE, { connection });
await events.waitUntilReady();

/** A RunJob: plain JSON, whatever the values are. */
const run = {
  pipeline: stages,
  onFailure: options.continue ? 'continue' : 'stop',
  data: encodeValues(options.input === undefined ? {} : { path: resolve(options.input) }),
};
const id = randomUUID();
events.on('active', ({ jobId }) => {
  if (jobId === id) console.error(`job ${id} has begun`);
});
process.once('SIGINT', () => asking.publishEvent({ eventName: 'cancel', jobId: id }));
const job = await queue.add('run', run, { jobId: id, removeOnComplete: { age: 3600 }, removeOnFail: { age: 3600 } });
console.error(`job ${id} was added`);
if ((await queue.getWorkersCount()) === 0) console.error('no worker is there: waiting for one');

try {
  const report = await job.waitUntilFinished(events);
  console.log(JSON.stringify(report, undefined, 2));
  if (report.status !== 'ok') process.exitCode = 1;
} catch (error) {
  console.error(`job ${id} failed: ${error.message}`);
  process.exitCode = 1;
}
await Promise.all([queue.close(), events.close(), asking.close()]);
