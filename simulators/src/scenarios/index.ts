import { nearestName } from '#kinds';
import { blackout } from './blackout.js';
import { clockDrift } from './clock-drift.js';
import { flood } from './flood.js';
import { gatewayLoss } from './gateway-loss.js';
import { rushHour } from './rush-hour.js';
import type { Scenario } from './scenario.js';
import { typhoon } from './typhoon.js';
import { vandalism } from './vandalism.js';

export type { Change, Effect, Scenario, Unit } from './scenario.js';

/** A new scenario is a new file and a line here. */
export const SCENARIOS: readonly Scenario[] = indexed([
  typhoon,
  blackout,
  flood,
  gatewayLoss,
  rushHour,
  vandalism,
  clockDrift,
]);

/**
 * The scenarios of a list such as `typhoon,rush-hour`; none for an empty one.
 *
 * @throws Error that names each one that is not there
 */
export function findScenarios(list: string): Scenario[] {
  const names = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const known = SCENARIOS.map(({ name }) => name);
  const unknown = [...new Set(names)].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const advice = unknown.map((name) => {
      const nearest = nearestName(name, known);
      return `'${name}'${nearest === null ? '' : ` (did you mean '${nearest}'?)`}`;
    });
    throw new Error(`There is no scenario ${advice.join(', ')}. There are: ${known.join(', ')}.`);
  }
  return SCENARIOS.filter(({ name }) => names.includes(name));
}

function indexed(list: readonly Scenario[]): readonly Scenario[] {
  for (const [index, { name, effects }] of list.entries()) {
    if (list.findIndex((other) => other.name === name) !== index) throw new Error(`Two scenarios are named '${name}'`);
    if (new Set(effects.map((effect) => effect.name)).size < effects.length)
      throw new Error(`Scenario '${name}' has two effects of one name`);
  }
  return list;
}
