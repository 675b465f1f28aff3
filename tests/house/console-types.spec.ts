import { ROLES, type Department } from '#registry';
import type { AlarmDto, AlarmTransitionDto } from '../../apps/api/src/alarms/alarm.dto.js';
import type { SessionDto } from '../../apps/api/src/auth/session.dto.js';
import type { DeviceDto } from '../../apps/api/src/devices/device.dto.js';
import type { LatestDto } from '../../apps/api/src/readings/latest.dto.js';
import * as consoleTypes from '../../apps/console/src/api/types.js';

/** True when what the API answers is what the console reads; else the type check of this file fails. */
type Reads<Answer, Wanted> = Answer extends Wanted ? true : never;

/**
 * The console is a program of its own that knows the API by its answers, so it states their types itself. Here they are held against those of
 * the API.
 */
describe('the types of the console', () => {
  it('are those of the answers of the API', () => {
    const agreed: [
      Reads<AlarmDto, consoleTypes.Alarm>,
      Reads<AlarmTransitionDto, consoleTypes.AlarmEvent>,
      Reads<SessionDto, consoleTypes.Session>,
      Reads<DeviceDto, consoleTypes.Device>,
      Reads<LatestDto, consoleTypes.LatestReading>,
      Reads<Department, consoleTypes.Department>,
    ] = [true, true, true, true, true, true];
    expect(agreed).not.toContain(false);
  });

  it('have the roles of the registry, in their order', () => {
    expect(consoleTypes.ROLES).toEqual(ROLES);
  });
});
