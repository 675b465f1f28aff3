import type { Logger } from 'pino';
import { type Clock, TOPIC_LEVEL } from '#core';
import { resemblesSecret } from '#identity';
import { PendingSightings, type Registry, type Seen } from '#registry';

const MAX_PENDING = 1_000;

/**
 * User names that were refused because nobody has registered a device of that name, for the registry's list of sightings: a device that was put up before it
 * was registered is adopted from there. Kept is the name, how often, and when first and last; no password, no address, nothing else of the CONNECT. The client is not
 * answered otherwise, and the throttle of log-ins stands before it.
 */
export class RefusedLogins {
  private readonly pending: PendingSightings;

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    const failed = (reason: string): void =>
      logger.warn({ reason }, 'sightings of refused log-ins could not be written');
    const sift = (seen: readonly Seen[]): Promise<readonly Seen[]> => this.withoutKnown(seen);
    this.pending = new PendingSightings(registry, { max: MAX_PENDING, sift, failed });
  }

  /** Names that wait to be written. */
  get size(): number {
    return this.pending.size;
  }

  start(): void {
    this.pending.start();
  }

  stop(): Promise<void> {
    return this.pending.stop();
  }

  /** Leaves out what cannot be the id of a device, and what somebody typed into the wrong field (THREATS 37). */
  note(username: string): void {
    if (!TOPIC_LEVEL.test(username) || resemblesSecret(username)) return;
    const sighted = { source: username, topic: null, application: null, name: null, profile: null };
    this.pending.note(username, this.clock.now(), 'logins', () => sighted);
  }

  /** Registered by now, or registered without a key; people, programs and network servers are no devices. */
  private async withoutKnown(seen: readonly Seen[]): Promise<readonly Seen[]> {
    const names = seen.map(({ id }) => id);
    const { devices, accounts, networkServers } = this.registry;
    const [registered, users, servers] = await Promise.all([
      devices.findByName(names),
      accounts.known(names),
      networkServers.list(),
    ]);
    const known = new Set([...registered.flatMap(({ id, devEui }) => [id, devEui]), ...users, ...servers.map(({ id }) => id)]); // prettier-ignore
    return seen.filter(({ id }) => !known.has(id) && !known.has(id.toLowerCase()));
  }
}
