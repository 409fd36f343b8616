import type { TestHost, TestHostBuilder } from 'mortise/testing';
import { onTestFinished } from 'vitest';

/** Starts a host that is closed after the test, whatever it thinks of that. */
export async function startHost(builder: TestHostBuilder): Promise<TestHost> {
  const host = await builder.start();
  onTestFinished(async () => {
    await host.close().catch(() => {});
  });
  return host;
}
