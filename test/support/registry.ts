import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { npm, root } from '../project/installed.js';

/** A registry that has this package as it would be published, and sends npm on to the usual registry for all others. */
export interface LocalRegistry extends AsyncDisposable {
  /** For `npm_config_registry`. */
  readonly url: string;
}

/** `archive`: what `npm pack` made of this package. */
export async function localRegistry(archive: string): Promise<LocalRegistry> {
  const upstream = npm(['config', 'get', 'registry'], root).trim();
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string };
  const bytes = readFileSync(archive);
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === `/${name}/-/${name}-${version}.tgz`) response.end(bytes);
    else if (path === `/${name}`) {
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      const dist = { integrity, tarball: `${url}${name}/-/${name}-${version}.tgz` };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { ...packed(archive), dist } } }),
      );
    } else {
      response.writeHead(307, { location: new URL(path.slice(1), upstream).href });
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** package.json as it is in the archive. */
function packed(archive: string): object {
  return JSON.parse(execFileSync('tar', ['-xzOf', archive, 'package/package.json'], { encoding: 'utf8' })) as object;
}
