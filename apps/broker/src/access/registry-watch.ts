import type { Logger } from 'pino';
import type { Registry, RegistryChange } from '#registry';
import type { Health } from '#service';
import type { CredentialDirectory } from './credential-directory.js';
import type { UserAuthenticator } from './user-authenticator.js';

const CHANGES_PER_POLL = 5_000;

/** What changed for whom. Connections of these user names have to be judged again. */
export interface Revision {
  readonly usernames: readonly string[];
  /** Accounts and API keys changed: users have to be judged again. */
  readonly users: boolean;
  /** Network servers changed: whom a topic of theirs is put down to has to be found again. */
  readonly networks: boolean;
}

/** Follows the registry's changes, so that a revoked credential is out within about a second (THREATS 6). */
export class RegistryWatch {
  private position = 0;
  private timer: NodeJS.Timeout | null = null;
  private polling: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: Registry,
    private readonly directory: CredentialDirectory,
    private readonly users: UserAuthenticator,
    private readonly pollMs: number,
    private readonly health: Health,
    private readonly logger: Logger,
    private readonly revised: (revision: Revision) => Promise<void>,
  ) {}

  /** Fills the directory; the position is read first, so that nothing that changes meanwhile is missed. */
  async start(): Promise<void> {
    this.position = await this.registry.position();
    await this.directory.warm();
    this.timer = setTimeout(() => this.tick(), this.pollMs);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.polling;
  }

  /** Resolves when everything that the registry says by now is known here, or could not be read. */
  async look(): Promise<void> {
    const looking = this.polling.then(() => this.poll());
    this.polling = looking.catch(() => undefined);
    await looking;
  }

  private tick(): void {
    this.polling = this.polling
      .then(() => this.poll())
      .then(
        () => this.recovered(),
        (error: unknown) => this.troubled((error as Error).message),
      )
      .finally(() => {
        if (this.timer !== null) this.timer = setTimeout(() => this.tick(), this.pollMs);
      });
  }

  /** The cache goes on serving; the position stays, so nothing is missed. */
  private troubled(reason: string): void {
    if (this.health.troubled('registry', `Changes of credentials cannot be read: ${reason}`))
      this.logger.error({ reason }, 'registry changes could not be read; trying again every second');
  }

  private recovered(): void {
    if (this.health.recovered('registry')) this.logger.info('registry changes are read again');
  }

  private async poll(): Promise<void> {
    for (;;) {
      const changes = await this.registry.changes(this.position, CHANGES_PER_POLL);
      if (changes.length === 0) return;
      await this.apply(changes);
      this.position = changes.at(-1)!.position;
      if (changes.length < CHANGES_PER_POLL) return;
    }
  }

  private async apply(changes: readonly RegistryChange[]): Promise<void> {
    const usernames = new Set<string>();
    let users = false;
    let networks = false;
    for (const { entity, id } of changes) {
      if (entity === 'credential') usernames.add(id);
      else if (entity === 'device') for (const username of this.directory.usernamesOf(id)) usernames.add(username);
      else if (entity === 'account') users = true;
      else if (entity === 'network-server') networks = true;
    }
    if (networks) await this.directory.refreshNetworks();
    for (const username of usernames) await this.directory.refresh(username);
    if (users) this.users.forgetPasswords();
    if (usernames.size > 0 || users || networks) await this.revised({ usernames: [...usernames], users, networks });
  }
}
