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
import { SERVICE } from './status/alerts-status.js';

const DECLARATION = { ...processVariables, ...registryVariables, ...storeVariables, ...busVariables };

export interface AlertsSettings extends ProcessSettings, BusSettings {
  readonly feedDirectory: string;
  readonly journalDirectory: string;
  readonly registry: RegistrySettings;
  readonly store: QueriesSettings;
}

/**
 * Everything the process is told, checked before anything is opened.
 *
 * @throws LamplighterError `bad-configuration` that lists all faults at once
 */
export function settingsOf(environment: Environment): AlertsSettings {
  return readSettings('Alerts', environment, DECLARATION, (values, faults) => {
    const data = dataDirectory(values.LAMPLIGHTER_DATA_DIR);
    return {
      feedDirectory: data.feed,
      journalDirectory: data.journal,
      registry: registrySettings(values, data, faults),
      store: queriesSettings(values, data, faults),
      ...busSettings(values, data, faults),
      ...processSettings(SERVICE, values, data),
    };
  });
}
