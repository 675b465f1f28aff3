import { DayBurningHours, LAMP_HOURS_DERIVATION, LampHours } from './derivations/lamp-hours.derivation.js';
import { absent, above, below, CHECK_SUPPLY, HOUR, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m } from './definitions.js';
import { ActiveEnergy, PowerFactor, SupplyCurrent, SupplyVoltage } from './electrical-measures.js';
import type { SimulationContext } from './kind.js';
import { DriverFault, LampFault, LampPower, LightOutput } from './lamp-measures.js';
import { Flag } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { elapsedHours, episode, rounded, sunElevation, total, trait, within } from './simulation.js';
import { titles } from './titles.js';

/** The controller of one ordinary street lamp: uCIFI Outdoor lamp controller (3416) with its electrical monitor (3418). */
export class LightingControllerPayload {
  /** What the lamp was told to do (TALQ LampActuatorFunction.targetLightCommand); compare with `dimLevel`. */
  @NumberMetric({
    titles: titles('Light output commanded', '指令亮燈水平', '指令亮灯水平'),
    quantity: 'targetLightCommand',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3416, 1),
  })
  dimCommand?: number;

  @LightOutput()
  dimLevel?: number;

  @LampPower()
  lampPower?: number;

  @SupplyVoltage()
  supplyVoltage?: number;

  @SupplyCurrent(20)
  supplyCurrent?: number;

  @PowerFactor()
  powerFactor?: number;

  @ActiveEnergy()
  energy?: number;

  /** Hours for which the lamp has burnt since it was fitted. */
  @NumberMetric({
    titles: titles('Hours of burning', '累計亮燈時數', '累计亮灯时数'),
    quantity: 'operatingHours',
    unit: 'h',
    min: 0,
    max: 1_000_000,
    precision: 1,
    definition: lwm2m(3416, 15),
    cumulative: true,
  })
  burningHours?: number;

  @IntegerMetric({
    titles: titles('Times switched on', '累計開燈次數', '累计开灯次数'),
    quantity: 'switchOnCounter',
    unit: '1',
    min: 0,
    max: 10_000_000,
    definition: lwm2m(3416, 18),
    cumulative: true,
  })
  switchCount?: number;

  @NumberMetric({
    titles: titles('Driver temperature', '驅動器溫度', '驱动器温度'),
    quantity: 'controlGearTemperature',
    unit: 'Cel',
    min: -40,
    max: 150,
    precision: 0,
    definition: lwm2m(3416, 21),
  })
  driverTemperature?: number;

  @LampFault()
  lampFault?: boolean;

  @DriverFault()
  driverFault?: boolean;

  @Flag('relayFailure', lwm2m(3416, 9), titles('Relay fault', '繼電器故障', '继电器故障'))
  relayFault?: boolean;

  /** The lamp burns by day. */
  @Flag('dayBurner', lwm2m(3416, 10), titles('Burning by day', '日間長亮', '白天长亮'))
  dayBurner?: boolean;

  @LampHours()
  lampHours?: number;

  @DayBurningHours()
  dayBurningHours?: number;
}

export const lightingController = defineKind({
  name: 'lighting-controller',
  titles: titles('Lighting controller', '路燈控制器', '路灯控制器'),
  description: titles(
    'Switches and dims one street lamp, meters it and reports its faults.',
    '控制一盞路燈的開關及亮度，並量度用電及回報故障。',
    '控制一盏路灯的开关及亮度，并计量用电及上报故障。',
  ),
  department: 'hyd',
  intervalMs: 300_000,
  payload: LightingControllerPayload,
  derivations: [LAMP_HOURS_DERIVATION],
  simulate: simulateLightingController,
  alarms: [
    isTrue(
      'lighting-controller-lamp-fault',
      'medium',
      'lampFault',
      MINUTE,
      titles('Lamp fault', '燈具故障', '灯具故障'),
      titles(
        'Order a lamp repair. If several lamps of one feeder report it, check the feeder first.',
        '安排維修燈具。若同一饋線有多盞燈報錯，先檢查饋線。',
        '安排维修灯具。若同一馈线有多盏灯报错，先检查馈线。',
      ),
    ),
    isTrue(
      'lighting-controller-driver-fault',
      'medium',
      'driverFault',
      MINUTE,
      titles('Driver fault', '驅動器故障', '驱动器故障'),
      titles('Order a new driver.', '安排更換驅動器。', '安排更换驱动器。'),
    ),
    isTrue(
      'lighting-controller-day-burner',
      'low',
      'dayBurner',
      HOUR,
      titles('Lamp burns by day', '路燈日間長亮', '路灯白天长亮'),
      titles(
        'Send the off command once; if the lamp stays on, have the relay changed.',
        '再發送一次關燈指令；如仍然長亮，安排更換繼電器。',
        '再发送一次关灯指令；如仍然长亮，安排更换继电器。',
      ),
    ),
    below(
      'lighting-controller-voltage-low',
      'medium',
      // 220 V less the 6 % that the Electricity (Wiring) rules allow, and a little for the run of the cable.
      { metric: 'supplyVoltage', limit: 200, hysteresis: 4, holdMs: 10 * MINUTE },
      titles('Supply voltage low', '供電電壓過低', '供电电压过低'),
      titles(
        'Compare with the lamps of the same feeder; a single low lamp points to its joint or cable.',
        '與同一饋線的路燈比較；若只有一盞偏低，檢查其接駁位及電纜。',
        '与同一馈线的路灯比较；若只有一盏偏低，检查其接头及电缆。',
      ),
    ),
    above(
      'lighting-controller-driver-hot',
      'low',
      { metric: 'driverTemperature', limit: 85, hysteresis: 10, holdMs: 30 * MINUTE },
      titles('Driver too hot', '驅動器過熱', '驱动器过热'),
      titles(
        'Dim the lamp to 70 % and have the housing inspected.',
        '將亮度調低至 70%，並安排檢查燈殼。',
        '将亮度调低至 70%，并安排检查灯壳。',
      ),
    ),
    absent('lighting-controller', 'low', 4, CHECK_SUPPLY),
  ],
});

/** Full output when the sun is down, 60 % from midnight to five; the driver warms with the lamp. */
function simulateLightingController(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const night = sunElevation(context.time, context.latitude, context.longitude) < -0.8;
  const dimCommand = night ? (context.hour < 5 ? 60 : 100) : 0;
  const lampFault = episode(context, 'lamp', elapsed, { perDay: 0.004, hours: 10 });
  const driverFault = episode(context, 'driver', elapsed, { perDay: 0.002, hours: 10 });
  const relayFault = episode(context, 'relay', elapsed, { perDay: 0.002, hours: 8 });
  const dimLevel = lampFault || driverFault ? 0 : relayFault ? 100 : dimCommand;
  const full = 60 + 90 * trait(context, 'wattage');
  const lampPower = dimLevel === 0 ? 0.5 : (full * dimLevel) / 100 + context.gaussian();
  const supplyVoltage = 221 + 2.5 * context.gaussian();
  const powerFactor = dimLevel === 0 ? 0.4 : 0.9 + 0.0006 * dimLevel + 0.003 * context.gaussian();
  const burning = dimLevel > 0 ? elapsed : 0;
  return {
    dimCommand,
    dimLevel,
    lampPower: within(lampPower, 0, 2000, 1),
    supplyVoltage: within(supplyVoltage, 0, 500, 1),
    supplyCurrent: within(lampPower / (supplyVoltage * powerFactor), 0, 20, 3),
    powerFactor: within(powerFactor, -1, 1, 3),
    energy: rounded(total(context, 'energy', 3000 * trait(context, 'age'), (lampPower * elapsed) / 1000), 3),
    burningHours: rounded(total(context, 'hours', 20_000 * trait(context, 'age'), burning), 1),
    switchCount: switches(context, dimLevel > 0),
    driverTemperature: within(context.weather.temperature + 0.3 * dimLevel + context.gaussian(), -40, 150),
    lampFault,
    driverFault,
    relayFault,
    dayBurner: !night && dimLevel > 0,
  };
}

function switches(context: SimulationContext, isOn: boolean): number {
  const wasOn = context.memory.get('on') === 1;
  context.memory.set('on', isOn ? 1 : 0);
  return total(context, 'switches', Math.floor(2000 * trait(context, 'age')), isOn && !wasOn ? 1 : 0);
}
