/** What worker and producer have in common: where the queue is. REDIS_URL says where Redis is; this machine where not given. */
const { hostname: host, port } = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');

export const QUEUE = 'mortise-runs';
export const connection = { host, port: Number(port || 6379) };

/**
 * Where to begin to read the events of a queue: now, by the clock of Redis. Without it reading begins with the first read that Redis gets, and what happened
 * just before is missed.
 */
export async function now(client) {
  const [seconds] = await (await client).time();
  return `${seconds}000-0`;
}
