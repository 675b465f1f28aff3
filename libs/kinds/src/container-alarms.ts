import { above, isTrue, MINUTE } from './alarm-defaults.js';
import type { AlarmDefault, Titles } from './kind.js';
import { titles } from './titles.js';

/** Alarms of bins of any sort; each kind has its own word for the bin. */

/** The metric `insideTemperature` above 65 degrees Celsius, at once. */
export function binOnFire(kind: string, what: Titles): AlarmDefault {
  return above(
    `${kind}-fire`,
    'critical',
    { metric: 'insideTemperature', limit: 65, hysteresis: 15, holdMs: 0, clearMs: 10 * MINUTE },
    what,
    titles('Call the fire services and keep people away.', '通知消防處並勸喻市民遠離。', '通知消防处并劝告市民远离。'),
  );
}

/** The metric `overturned` true for half an hour. */
export function binOverturned(kind: string, what: Titles): AlarmDefault {
  return isTrue(
    `${kind}-overturned`,
    'low',
    'overturned',
    30 * MINUTE,
    what,
    titles(
      'Ask the contractor to put it up and clean the place.',
      '要求承辦商扶正並清理現場。',
      '要求承包商扶正并清理现场。',
    ),
  );
}
