import type { Role } from '#registry';
import type { Harness } from './harness.js';

/** Makes an API key and returns its Authorization header. */
export async function keyFor(
  api: Harness,
  role: Role,
  departments: readonly string[] | null,
  more: object = {},
): Promise<string> {
  const { status, body } = await api.ask('POST', '/v1/api-keys', {
    body: { name: `${role} of a test`, role, departments, ...more },
  });
  if (status !== 201) throw new Error(`no key: ${JSON.stringify(body)}`);
  return `Bearer ${body.key}`;
}
