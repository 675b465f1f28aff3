import { above, absent, CHECK_SUPPLY, isTrue, mainsLost, MINUTE, SECOND } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel } from './definitions.js';
import { MainsPresent } from './electrical-measures.js';
import type { SimulationContext, Titles } from './kind.js';
import { Flag } from './measures.js';
import { EnumMetric, IntegerMetric, NumberMetric } from './metric.decorators.js';
import { streetTraffic } from './outdoor-simulation.js';
import { clamp, countOf, elapsedHours, episode, rushHours, trait, within } from './simulation.js';
import { DoorOpen } from './structure-measures.js';
import { titles } from './titles.js';
import { TRAFFIC_RETENTION_DAYS } from './traffic-measures.js';

const Seconds = (quantity: string, what: Titles): PropertyDecorator =>
  NumberMetric({
    titles: what,
    quantity,
    unit: 's',
    min: 0,
    max: 3600,
    precision: 0,
    definition: smartDataModel('Transportation', quantity),
  });

/** A junction with real-time adaptive signals: green goes to who waits, on foot or on wheels. */
export class SignalJunctionPayload {
  @EnumMetric({
    titles: titles('Phase', '燈號階段', '信号相位'),
    quantity: 'phase',
    unit: '1',
    definition: smartDataModel('Transportation', 'phase'),
    labels: {
      main: titles('Main road', '主路通行', '主路通行'),
      side: titles('Side road', '支路通行', '支路通行'),
      pedestrian: titles('Pedestrians', '行人通行', '行人通行'),
      clearing: titles('All red', '全紅燈', '全红灯'),
      flashing: titles('Flashing amber', '黃燈閃動', '黄灯闪烁'),
      dark: titles('Signals off', '交通燈熄滅', '信号灯熄灭'),
    },
  })
  phase?: string;

  @EnumMetric({
    titles: titles('Mode of control', '控制模式', '控制模式'),
    quantity: 'controlMode',
    unit: '1',
    definition: smartDataModel('Transportation', 'controlMode'),
    labels: {
      adaptive: titles('Adaptive', '實時調節', '自适应'),
      fixed: titles('Fixed time', '固定時間', '固定配时'),
      manual: titles('By hand', '人手控制', '手动控制'),
    },
  })
  mode?: string;

  @Seconds('phaseTime', titles('Time in this phase', '本階段時間', '本相位时间'))
  phaseTime?: number;

  @Seconds('cycleLength', titles('Length of the cycle', '燈號週期', '信号周期'))
  cycleTime?: number;

  @Seconds('pedestrianExtension', titles('Pedestrian green extended by', '行人綠燈延長時間', '行人绿灯延长时间'))
  pedestrianExtension?: number;

  @IntegerMetric({
    titles: titles('Pedestrians waiting', '等候行人數目', '等候行人数目'),
    quantity: 'waitingPedestrians',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: lwm2m(3434, 1),
    privacy: 'aggregate',
    purpose: titles(
      'To give pedestrians green when they wait. Thermal sensors count people; nobody is recognised.',
      '按等候人數調節行人綠燈；以熱能感測器點算人數，不辨認身分。',
      '按等候人数调节行人绿灯；以热能传感器统计人数，不识别身份。',
    ),
    retentionDays: TRAFFIC_RETENTION_DAYS,
  })
  waitingPedestrians?: number;

  @IntegerMetric({
    titles: titles('Vehicles waiting', '等候車輛數目', '等候车辆数目'),
    quantity: 'waitingVehicles',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: lwm2m(3432, 7),
    privacy: 'aggregate',
    purpose: titles(
      'To give green to the longer queue. Vehicles are counted; number plates are not read.',
      '按車龍長短分配綠燈；只點算車輛，不讀取車牌。',
      '按排队长短分配绿灯；只统计车辆，不读取车牌。',
    ),
    retentionDays: TRAFFIC_RETENTION_DAYS,
  })
  waitingVehicles?: number;

  /** A signal lamp that does not light. */
  @Flag('signalLampFailure', lwm2m(3416, 5), titles('Signal lamp fault', '交通燈燈泡故障', '信号灯灯泡故障'))
  signalFault?: boolean;

  /** Greens that exclude each other were found lit together; the controller falls back to flashing amber. */
  @Flag(
    'conflictDetected',
    smartDataModel('Transportation', 'conflictDetected'),
    titles('Conflicting greens', '綠燈衝突', '绿灯冲突'),
  )
  conflict?: boolean;

  /** Vehicle or pedestrian detector without a sign of life. */
  @Flag('detectorFailure', lwm2m(3302, 5500), titles('Detector fault', '偵測器故障', '检测器故障'))
  detectorFault?: boolean;

  @DoorOpen()
  doorOpen?: boolean;

  @MainsPresent()
  mainsPresent?: boolean;
}

export const signalJunction = defineKind({
  name: 'signal-junction',
  titles: titles('Signal junction', '智能交通燈路口', '智能信号灯路口'),
  description: titles(
    'Adaptive traffic signals that report their phase, who waits, and faults.',
    '實時調節的交通燈，回報燈號階段、等候人車及故障。',
    '自适应交通信号灯，上报相位、等候人车及故障。',
  ),
  department: 'td',
  intervalMs: 30_000,
  payload: SignalJunctionPayload,
  simulate: simulateSignalJunction,
  alarms: [
    isTrue(
      'signal-junction-conflict',
      'critical',
      'conflict',
      0,
      titles('Conflicting greens', '綠燈衝突', '绿灯冲突'),
      titles(
        'Ask the police for point duty at once and send the maintenance contractor.',
        '立即要求警方派員指揮交通，並派維修承辦商到場。',
        '立即要求警方派员指挥交通，并派维修承包商到场。',
      ),
    ),
    isTrue(
      'signal-junction-lamp-fault',
      'high',
      'signalFault',
      30 * SECOND,
      titles('Signal lamp fault', '交通燈燈泡故障', '信号灯灯泡故障'),
      titles(
        'Send the maintenance contractor; ask for point duty when it is a red lamp.',
        '派維修承辦商到場；如屬紅燈故障，要求警方指揮交通。',
        '派维修承包商到场；如属红灯故障，要求警方指挥交通。',
      ),
    ),
    isTrue(
      'signal-junction-detector-fault',
      'low',
      'detectorFault',
      10 * MINUTE,
      titles('Detector fault', '偵測器故障', '检测器故障'),
      titles(
        'Set the junction to fixed time until the detector is repaired.',
        '偵測器修復前，將路口改為固定時間控制。',
        '检测器修复前，将路口改为固定配时。',
      ),
    ),
    above(
      'signal-junction-pedestrians-crowded',
      'medium',
      { metric: 'waitingPedestrians', limit: 120, hysteresis: 30, holdMs: 3 * MINUTE },
      titles('Many pedestrians waiting', '行人等候過多', '行人等候过多'),
      titles(
        'Lengthen the pedestrian green; look for an event nearby.',
        '延長行人綠燈時間，並查看附近有否活動。',
        '延长行人绿灯时间，并查看附近有否活动。',
      ),
    ),
    mainsLost('signal-junction', 'critical'),
    absent('signal-junction', 'high', 6, CHECK_SUPPLY),
  ],
});

/** Phases of one cycle with their shares of it. */
const CYCLE = [
  ['main', 0.45],
  ['clearing', 0.04],
  ['side', 0.27],
  ['pedestrian', 0.2],
  ['clearing', 0.04],
] as const;

/** The cycle grows with traffic; whoever has no green waits. */
function simulateSignalJunction(context: SimulationContext): Record<string, number | boolean | string> {
  const elapsed = elapsedHours(context);
  const traffic = streetTraffic(context);
  const walkers = rushHours(context.hour) * (0.2 + 0.8 * trait(context, 'footfall'));
  const cycleTime = Math.round(70 + 50 * traffic);
  const [phase, phaseTime] = phaseAt(((context.time / 1000 + 600 * trait(context, 'offset')) % cycleTime) / cycleTime);
  const mainsPresent = !episode(context, 'mains', elapsed, { perDay: 0.003, hours: 0.5 });
  const conflict = episode(context, 'conflict', elapsed, { perDay: 0.001, hours: 0.5 });
  const detectorFault = episode(context, 'detector', elapsed, { perDay: 0.02, hours: 5 });
  const waiting = phase === 'pedestrian' ? 0.1 : 1;
  return {
    phase: !mainsPresent ? 'dark' : conflict ? 'flashing' : phase,
    mode: detectorFault
      ? 'fixed'
      : episode(context, 'duty', elapsed, { perDay: 0.02, hours: 1 })
        ? 'manual'
        : 'adaptive',
    phaseTime: within(phaseTime * cycleTime, 0, 3600),
    cycleTime,
    pedestrianExtension: detectorFault ? 0 : within(12 * walkers * clamp(context.gaussian(), 0, 2), 0, 3600),
    waitingPedestrians: Math.min(10_000, countOf(context, 30 * walkers * waiting)),
    waitingVehicles: Math.min(10_000, countOf(context, 24 * traffic * (phase === 'main' ? 0.4 : 1))),
    signalFault: episode(context, 'bulb', elapsed, { perDay: 0.01, hours: 3 }),
    conflict,
    detectorFault,
    doorOpen: episode(context, 'door', elapsed, { perDay: 0.02, hours: 0.5 }),
    mainsPresent,
  };
}

/** Phase at a share of the cycle, and how much of the cycle it has lasted. */
function phaseAt(share: number): readonly [string, number] {
  let start = 0;
  for (const [phase, length] of CYCLE) {
    if (share < start + length) return [phase, share - start];
    start += length;
  }
  return ['clearing', 0];
}
