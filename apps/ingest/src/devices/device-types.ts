import type { Logger } from 'pino';
import { checkDeviceType, type DeviceType, type ManagedTranscoder } from '#device-types';
import type { Registry } from '#registry';

/** The device types that payloads are read with: those of the release, and those that this city added to the registry. */
export class DeviceTypes {
  constructor(
    private readonly registry: Pick<Registry, 'deviceTypes'>,
    private readonly transcoder: Pick<ManagedTranscoder, 'use'>,
    private readonly builtIn: readonly DeviceType[],
    private readonly logger: Logger,
  ) {}

  /**
   * Takes over what the registry holds now. One that this release cannot use is left out: its devices' payloads are kept as dead letters.
   * @throws LamplighterError `registry-unavailable`
   */
  async load(): Promise<void> {
    const added: DeviceType[] = [];
    for (const { id, definition, script, examples } of await this.registry.deviceTypes.list()) {
      if (this.builtIn.some((type) => type.id === id)) continue;
      const { type, faults } = checkDeviceType({ definition, script, examples });
      if (type === undefined) this.logger.error({ deviceType: id, faults }, 'a device type cannot be used');
      else added.push(type);
    }
    this.transcoder.use([...this.builtIn, ...added]);
  }
}
