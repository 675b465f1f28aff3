/**
 * Asks the broker to look at the registry's changes now and not within the second, and to say so on {@link registrySeenTopic}: what is
 * published after the answer is judged by what the registry said when it was asked. The payload is the id of the question.
 */
export const REGISTRY_LOOK_TOPIC = 'lamplighter/registry/look';

export const REGISTRY_LOOK_ID = /^[0-9a-f]{16}$/;

export function registrySeenTopic(id: string): string {
  return `lamplighter/registry/seen/${id}`;
}
