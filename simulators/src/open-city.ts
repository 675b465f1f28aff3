import { systemClock } from '#core';
import { attach } from './attachment.js';
import { buildCity, type SimulatedDevice } from './city.js';
import { cityMix } from './city-mix.js';
import { type CityPlace, named } from './city-place.js';
import { CitySimulation } from './city-simulation.js';
import { CredentialFile } from './credential-file.js';
import { serverIdOf } from './network-server/names.js';
import type { MqttAccess } from './mqtt-access.js';
import { Provisioner, type Progress } from './provisioner.js';
import { findScenarios } from './scenarios/index.js';
import { ScenarioRun } from './scenarios/scenario-run.js';
import type { Oddities } from './script/city-script.js';

const MINUTE_MS = 60_000;

export interface CitySettings {
  readonly devices: number;
  readonly seed: string;
  /** Null: the interval of each kind. */
  readonly intervalMs: number | null;
  readonly oddities: Oddities;
  /** Names, separated by commas; see `scenarios/`. */
  readonly scenarios: string;
  /** From now until the scenarios begin. */
  readonly scenarioDelayMinutes: number;
  /** Null: as long as each takes in a real city. */
  readonly scenarioMinutes: number | null;
  /** Devices with an MQTT connection of their own, at most. */
  readonly connections: number;
  readonly apiUrl: string;
  readonly mqttUrl: string;
  readonly authorization: string;
  /** Kinds that would identify people and are approved; see `LAMPLIGHTER_APPROVED_KINDS`. */
  readonly approvedKinds: string;
  /** Under which names, and where keys are remembered. */
  readonly place: Pick<CityPlace, 'name' | 'credentialFile'>;
}

export interface OpenedCity {
  readonly simulation: CitySimulation;
  readonly size: number;
  /** Devices that the platform did not know. */
  readonly registered: number;
}

/**
 * Plans a city, registers what the platform does not know of it, and connects it: what `npm start` and `lamplighter simulate` do.
 *
 * @throws Error when a scenario does not exist or the API refuses; the abort reason when the signal is aborted
 */
export async function openCity(
  settings: CitySettings,
  signal: AbortSignal,
  onProgress?: (progress: Progress) => void,
): Promise<OpenedCity> {
  const { seed, intervalMs, apiUrl, authorization } = settings;
  const scenarios = scenarioRunOf(settings);
  const built = named(buildCity(settings.devices, seed, cityMix(settings.approvedKinds)), settings.place.name);
  const city = attach(built, settings.connections);
  const keys = new Keys(new CredentialFile(settings.place.credentialFile));
  const provisioner = new Provisioner({ apiUrl, authorization, intervalMs, signal });
  const rawKinds = await provisioner.deviceTypes();
  const registered = await provisioner.provision(
    city,
    (id) => keys.has(id),
    (made) => keys.add(made),
    onProgress,
  );
  const serverAccess = new Map<string, MqttAccess>();
  for (const server of serversOf(city))
    serverAccess.set(server, await keys.orMade(serverIdOf(server), () => provisioner.networkServer(server)));
  keys.save();
  const simulation = new CitySimulation(city, {
    mqttUrl: settings.mqttUrl,
    seed,
    boot: Date.now().toString(36),
    intervalMs,
    oddities: settings.oddities,
    scenarios,
    rawKinds,
    clock: systemClock,
    deviceAccess: keys.all,
    serverAccess,
    renewDevice: (device) => keys.made(device.id, () => provisioner.renew(device)),
    renewServer: (server) => keys.made(serverIdOf(server), () => provisioner.networkServer(server)),
  });
  simulation.start();
  return { simulation, size: city.length, registered };
}

function scenarioRunOf({ scenarios, scenarioDelayMinutes, scenarioMinutes, seed }: CitySettings): ScenarioRun | null {
  const found = findScenarios(scenarios);
  if (found.length === 0) return null;
  const startAt = systemClock.now() + scenarioDelayMinutes * MINUTE_MS;
  return new ScenarioRun(
    found,
    { startAt, durationMs: scenarioMinutes === null ? null : scenarioMinutes * MINUTE_MS },
    seed,
  );
}

function serversOf(city: readonly SimulatedDevice[]): Set<string> {
  return new Set(city.filter(({ network }) => network === 'lorawan').map(({ server }) => server));
}

/** The keys of this city, in memory and in their file. */
class Keys {
  readonly all: Map<string, MqttAccess>;

  constructor(private readonly file: CredentialFile) {
    this.all = file.load();
  }

  has(id: string): boolean {
    return this.all.has(id);
  }

  add(made: ReadonlyMap<string, MqttAccess>): void {
    for (const [id, access] of made) this.all.set(id, access);
    if (made.size > 0) this.save();
  }

  async orMade(id: string, make: () => Promise<MqttAccess>): Promise<MqttAccess> {
    return this.all.get(id) ?? (await this.made(id, make));
  }

  async made(id: string, make: () => Promise<MqttAccess>): Promise<MqttAccess> {
    const access = await make();
    this.all.set(id, access);
    this.save();
    return access;
  }

  save(): void {
    this.file.save(this.all);
  }
}
