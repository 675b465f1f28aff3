import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isMqttAccess, type MqttAccess } from './mqtt-access.js';

/** Keys of the simulated devices. The platform keeps only hashes of them, so they are remembered here (mode 0600). */
export class CredentialFile {
  constructor(private readonly path: string) {}

  /** Empty when there is no file yet or it cannot be read as one: the keys are then made anew. */
  load(): Map<string, MqttAccess> {
    let content: unknown;
    try {
      content = JSON.parse(readFileSync(this.path, 'utf8'));
    } catch {
      return new Map();
    }
    if (typeof content !== 'object' || content === null) return new Map();
    return new Map(Object.entries(content).filter((entry): entry is [string, MqttAccess] => isMqttAccess(entry[1])));
  }

  /** Replaced as a whole, so that a kill leaves the old file or the new one. */
  save(credentials: ReadonlyMap<string, MqttAccess>): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const temporary = `${this.path}.new`;
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(credentials)), { mode: 0o600 });
    renameSync(temporary, this.path);
  }
}
