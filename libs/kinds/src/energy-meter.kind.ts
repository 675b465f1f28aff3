import { above, absent, below, CHECK_SUPPLY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, talq } from './definitions.js';
import { ActiveEnergy, PowerFactor } from './electrical-measures.js';
import type { SimulationContext, Titles } from './kind.js';
import { Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { bell, clamp, elapsedHours, episode, rounded, total, trait, within } from './simulation.js';
import { titles } from './titles.js';

const PhaseVoltage = (phase: number, what: Titles): PropertyDecorator =>
  NumberMetric({
    titles: what,
    quantity: `phase${phase}Voltage`,
    unit: 'V',
    min: 0,
    max: 500,
    precision: 1,
    definition: lwm2m(3421, 1),
  });

/** The three-phase meter of a public building (uCIFI 3421 and 3422, TALQ ElectricalMeterFunction). */
export class EnergyMeterPayload {
  @ActiveEnergy()
  energy?: number;

  @NumberMetric({
    titles: titles('Power', '有功功率', '有功功率'),
    quantity: 'totalPower',
    unit: 'kW',
    min: -10_000,
    max: 10_000,
    precision: 2,
    definition: lwm2m(3422, 14),
  })
  power?: number;

  @NumberMetric({
    titles: titles('Reactive power', '無功功率', '无功功率'),
    quantity: 'totalVAR',
    unit: 'V.A{reactive}',
    min: -10_000_000,
    max: 10_000_000,
    precision: 0,
    definition: lwm2m(3422, 10),
  })
  reactivePower?: number;

  /** Highest mean over half an hour since the start of the month: what the tariff charges for. */
  @NumberMetric({
    titles: titles('Maximum demand', '最高需求量', '最大需量'),
    quantity: 'maxDemandPower',
    unit: 'kW',
    min: 0,
    max: 10_000,
    precision: 1,
    definition: talq('ElectricalMeterFunction', 'maxDemandPower'),
  })
  maxDemand?: number;

  @PhaseVoltage(1, titles('Voltage of phase 1', '第一相電壓', '第一相电压'))
  voltage1?: number;

  @PhaseVoltage(2, titles('Voltage of phase 2', '第二相電壓', '第二相电压'))
  voltage2?: number;

  @PhaseVoltage(3, titles('Voltage of phase 3', '第三相電壓', '第三相电压'))
  voltage3?: number;

  @NumberMetric({
    titles: titles('Current of all phases', '總電流', '总电流'),
    quantity: 'totalCurrent',
    unit: 'A',
    min: 0,
    max: 20_000,
    precision: 1,
    definition: lwm2m(3422, 4),
  })
  totalCurrent?: number;

  @PowerFactor()
  powerFactor?: number;

  @NumberMetric({
    titles: titles('Frequency', '頻率', '频率'),
    quantity: 'frequency',
    unit: 'Hz',
    min: 0,
    max: 100,
    precision: 2,
    definition: lwm2m(3418, 3),
  })
  frequency?: number;

  @NumberMetric({
    titles: titles('Harmonic distortion of the voltage', '電壓諧波失真', '电压谐波失真'),
    quantity: 'averageVoltageTHD',
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: talq('ElectricalMeterFunction', 'averageVoltageTHD'),
  })
  voltageDistortion?: number;

  @Flag('voltageCut', lwm2m(3422, 35), titles('A phase is missing', '缺相', '缺相'))
  phaseLost?: boolean;
}

export const energyMeter = defineKind({
  name: 'energy-meter',
  titles: titles('Energy meter', '智能電錶', '智能电表'),
  description: titles(
    'Meters the electricity of a public building and the quality of its supply.',
    '量度公共建築物的用電量及供電質素。',
    '计量公共建筑物的用电量及供电质量。',
  ),
  department: 'emsd',
  intervalMs: 900_000,
  payload: EnergyMeterPayload,
  simulate: simulateEnergyMeter,
  alarms: [
    isTrue(
      'energy-meter-phase-lost',
      'high',
      'phaseLost',
      MINUTE,
      titles('A phase is missing', '供電缺相', '供电缺相'),
      titles(
        'Stop lifts and pumps with three-phase motors; check the fuses, then ask the power company.',
        '停用三相馬達的升降機及水泵；檢查保險絲，再向電力公司查詢。',
        '停用三相电机的电梯及水泵；检查熔断器，再向电力公司查询。',
      ),
    ),
    below(
      'energy-meter-power-factor-low',
      'low',
      // The supply rules ask for 0.85.
      { metric: 'powerFactor', limit: 0.85, hysteresis: 0.02, holdMs: 120 * MINUTE },
      titles('Power factor low', '功率因數偏低', '功率因数偏低'),
      titles(
        'Have the capacitors of the building inspected within a month.',
        '於一個月內檢查大樓的電容器。',
        '于一个月内检查大楼的电容器。',
      ),
    ),
    above(
      'energy-meter-distortion-high',
      'low',
      { metric: 'voltageDistortion', limit: 5, hysteresis: 1, holdMs: 60 * MINUTE },
      titles('Harmonics above the limit', '諧波超出上限', '谐波超出上限'),
      titles(
        'Look for new drives or chargers; plan a measurement with a power quality analyser.',
        '查看有否新增變頻器或充電器，並安排電能質素測量。',
        '查看有无新增变频器或充电器，并安排电能质量测量。',
      ),
    ),
    absent('energy-meter', 'low', 6, CHECK_SUPPLY),
  ],
});

/** An office building: lights and chillers by day, chillers more so in summer, a base load at night. */
function simulateEnergyMeter(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { hour, memory, weather } = context;
  const size = 40 + 260 * trait(context, 'size');
  const cooling = clamp((weather.temperature - 18) / 14, 0, 1.2);
  const day = 0.15 + 0.85 * Math.max(bell(hour, 11, 3), bell(hour, 15.5, 3));
  const power = size * (0.12 + day * (0.4 + 0.5 * cooling)) * (1 + 0.03 * context.gaussian());
  const powerFactor = episode(context, 'capacitor', elapsed, { perDay: 0.01, hours: 30 }) ? 0.81 : 0.95;
  const phaseLost = episode(context, 'phase', elapsed, { perDay: 0.002, hours: 0.5 });
  const voltage = (): number => within(221 + 2 * context.gaussian(), 0, 500, 1);
  const distorted = episode(context, 'harmonics', elapsed, { perDay: 0.02, hours: 4 });
  const maxDemand = Math.max(memory.get('demand') ?? 0.9 * size, power);
  memory.set('demand', maxDemand);
  return {
    energy: rounded(total(context, 'energy', 900_000 * trait(context, 'age'), power * elapsed), 3),
    power: within(power, -10_000, 10_000, 2),
    reactivePower: within(1000 * power * Math.tan(Math.acos(powerFactor)), -10_000_000, 10_000_000),
    maxDemand: within(maxDemand, 0, 10_000, 1),
    voltage1: voltage(),
    voltage2: voltage(),
    voltage3: phaseLost ? 0 : voltage(),
    totalCurrent: within((1000 * power) / (220 * powerFactor), 0, 20_000, 1),
    powerFactor: within(powerFactor + 0.004 * context.gaussian(), -1, 1, 3),
    frequency: within(50 + 0.02 * context.gaussian(), 0, 100, 2),
    voltageDistortion: within((distorted ? 6.5 : 2) + 0.2 * context.gaussian(), 0, 100, 1),
    phaseLost,
  };
}
