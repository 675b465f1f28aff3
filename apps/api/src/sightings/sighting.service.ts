import { Inject, Injectable } from '@nestjs/common';
import type { Registry, Sighting } from '#registry';
import type { Caller } from '../auth/caller.js';
import { readNewDevices } from '../devices/new-devices.js';
import { DeviceService } from '../devices/device.service.js';
import { isoTime } from '../http/parameters.js';
import { notFound } from '../http/problem.js';
import { REGISTRY } from '../ports.js';
import { ReplayService } from '../replays/replay.service.js';
import type { AdoptedDto, AdoptionDto, SightingDto } from './sighting.dto.js';

const DEV_EUI = /^[0-9a-f]{16}$/;

/** Devices that nobody has registered. They have no department yet, so only who sees all departments sees them. */
@Injectable()
export class SightingService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    private readonly devices: DeviceService,
    private readonly replays: ReplayService,
  ) {}

  async list(
    caller: Caller,
    query: { readonly open: boolean; readonly limit: number; readonly offset: number },
  ): Promise<SightingDto[]> {
    if (caller.departments !== null) return [];
    const found = await this.registry.sightings.list(query);
    if (!query.open) return found.map(viewOf);
    // Those that were registered without being adopted here are not unknown any more.
    const registered = await this.registry.devices.findByName(found.map(({ id }) => id));
    const names = new Set(registered.flatMap(({ id, devEui }) => [id, devEui]));
    return found.filter(({ id }) => !names.has(id)).map(viewOf);
  }

  /**
   * Registers the device and replays what was kept of it.
   * @throws Problem `not-found`, and those of registering a device
   */
  async adopt(caller: Caller, id: string, adoption: AdoptionDto): Promise<AdoptedDto> {
    const sighting = await this.find(caller, id);
    const devEui = DEV_EUI.test(id) ? { devEui: id } : {};
    const name = sighting.name === null ? {} : { name: sighting.name };
    const wanted = { ...name, ...devEui, id, ...withoutAbsent(adoption) };
    const checked = await readNewDevices(
      wanted,
      await this.registry.departments.list(),
      await this.registry.templates.list(caller.departments),
    );
    const [device] = await this.devices.create(caller, checked);
    await this.registry.sightings.adopt(id);
    await this.audit(caller, 'sighting-adopted', id, { device: device!.id });
    const replay = await this.replays.start(caller, { device: id });
    return { device: device!, replay };
  }

  /** It is not shown any more, whatever it sends. */
  async ignore(caller: Caller, id: string): Promise<SightingDto> {
    await this.find(caller, id);
    const ignored = await this.registry.sightings.ignore(id);
    if (ignored === null) throw notFound('sighting');
    await this.audit(caller, 'sighting-ignored', id, {});
    return viewOf(ignored);
  }

  private async find(caller: Caller, id: string): Promise<Sighting> {
    const sighting = caller.departments === null ? await this.registry.sightings.get(id) : null;
    if (sighting === null) throw notFound('sighting');
    return sighting;
  }

  private audit(caller: Caller, action: string, subject: string, detail: Record<string, unknown>): Promise<void> {
    return this.registry.audit.append({ actor: caller.name, action, subject, detail });
  }
}

function withoutAbsent(adoption: AdoptionDto): Partial<AdoptionDto> {
  return Object.fromEntries(Object.entries(adoption).filter(([, value]) => value !== undefined));
}

function viewOf(sighting: Sighting): SightingDto {
  const { id, source, application, topic, name, profile, messages, logins } = sighting;
  const timeOf = (time: number | null): string | null => (time === null ? null : isoTime(time));
  return {
    id,
    devEui: DEV_EUI.test(id) ? id : null,
    source,
    application,
    topic,
    name,
    profile,
    firstSeen: isoTime(sighting.firstSeen),
    lastSeen: isoTime(sighting.lastSeen),
    messages,
    logins,
    adoptedAt: timeOf(sighting.adoptedAt),
    ignoredAt: timeOf(sighting.ignoredAt),
  };
}
