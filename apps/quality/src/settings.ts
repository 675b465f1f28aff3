import { variable } from '#core';
import {
  type BusSettings,
  busSettings,
  busVariables,
  dataDirectory,
  type Environment,
  type ProcessSettings,
  processSettings,
  processVariables,
  type QueriesSettings,
  queriesSettings,
  readSettings,
  type RegistrySettings,
  registrySettings,
  registryVariables,
  storeVariables,
} from '#service';
import { SERVICE } from './status/quality-counters.js';

const DECLARATION = {
  ...processVariables,
  ...registryVariables,
  ...storeVariables,
  ...busVariables,
  /** Seconds from one assessment of all devices to the next. */
  LAMPLIGHTER_QUALITY_INTERVAL_S: variable.integer(60, { min: 1, max: 86_400 }),
};

export interface QualitySettings extends ProcessSettings, BusSettings {
  readonly feedDirectory: string;
  readonly registry: RegistrySettings;
  readonly store: QueriesSettings;
  readonly assessEveryMs: number;
}

/**
 * Everything the process is told, checked before anything is opened.
 *
 * @throws LamplighterError `bad-configuration` that lists all faults at once
 */
export function settingsOf(environment: Environment): QualitySettings {
  return readSettings('The quality service', environment, DECLARATION, (values, faults) => {
    const data = dataDirectory(values.LAMPLIGHTER_DATA_DIR);
    return {
      feedDirectory: data.feed,
      registry: registrySettings(values, data, faults),
      store: queriesSettings(values, data, faults),
      assessEveryMs: values.LAMPLIGHTER_QUALITY_INTERVAL_S * 1_000,
      ...busSettings(values, data, faults),
      ...processSettings(SERVICE, values, data),
    };
  });
}
