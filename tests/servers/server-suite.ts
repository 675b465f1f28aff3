import { describe, test } from '@jest/globals';
import { getContainerRuntimeClient, ImageName } from 'testcontainers';

/** How a suite gets its real server: one that the environment names, a container, or not at all (and why). */
export type ServerAccess =
  | { readonly from: 'environment'; readonly url: string }
  | { readonly from: 'container'; readonly image: string }
  | { readonly from: 'nowhere'; readonly reason: string };

/**
 * Looks for a server once, when the suite is loaded: Jest must know before it runs anything whether the suite is skipped.
 * An image that is not on this machine is pulled here, so that a machine without a registry skips instead of failing.
 */
export async function findServer(url: string | undefined, image: string): Promise<ServerAccess> {
  if (url !== undefined && url !== '') return { from: 'environment', url };
  try {
    const runtime = await getContainerRuntimeClient();
    const name = ImageName.fromString(image);
    if (!(await runtime.image.exists(name))) await runtime.image.pull(name);
    return { from: 'container', image };
  } catch (cause) {
    return { from: 'nowhere', reason: (cause as Error).message.split('\n')[0] ?? 'no container runtime' };
  }
}

/**
 * Registers the suite when there is a server. Without one it is skipped with one line that says how to run it, and fails
 * when `CI=true`: a build must never be green because its servers were missing.
 */
export function describeWithServer(access: ServerAccess, name: string, howToRun: string, body: () => void): void {
  if (access.from !== 'nowhere') {
    describe(name, body);
    return;
  }
  const line = `${name}: ${howToRun} (${access.reason})`;
  if (process.env['CI'] === 'true') {
    describe(name, () => {
      test('has a real server', () => {
        throw new Error(line);
      });
    });
    return;
  }
  process.stderr.write(`skipped ${line}\n`);
  describe.skip(name, body);
}
