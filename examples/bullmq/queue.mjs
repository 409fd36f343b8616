/** What worker and producer have in common: where the queue is. REDIS_URL says where Redis is; this machine where not given. */
const { hostname: host, port } = new URL(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');

export const QUEUE = 'mortise-runs';
export const connection = { host, port: Number(port || 6379) };
