/**
 * What worker and producer have in common: where the queue is. REDIS_URL says where Redis is, and as whom to go there: redis://USER:PASSWORD@HOST:PORT/DATABASE, or
 * rediss:// for TLS. This machine where not given.
 */
const url = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');

export const QUEUE = 'mortise-runs';
export const connection = {
  // An address of IPv6 has brackets in a URL only.
  host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
  port: Number(url.port || 6379),
  db: Number(url.pathname.slice(1) || 0),
  ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
  ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
};

/**
 * Where to begin to read the events of a queue: now, by the clock of Redis. Without it reading begins with the first read that Redis gets, and what happened
 * just before is missed.
 */
export async function now(client) {
  const [seconds] = await (await client).time();
  return `${seconds}000-0`;
}
