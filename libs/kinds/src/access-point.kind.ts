import { above, absent, CHECK_SUPPLY, isFalse, mainsLost, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, tr181 } from './definitions.js';
import { MainsPresent } from './electrical-measures.js';
import type { SimulationContext, Titles } from './kind.js';
import {
  BackhaulLatency,
  ChannelUse,
  LINK_RETENTION_DAYS,
  SignalToNoiseRatio,
  UnitTemperature,
} from './link-measures.js';
import { Flag } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { sunshine } from './outdoor-simulation.js';
import { bell, clamp, countOf, elapsedHours, episode, trait, within } from './simulation.js';
import { titles } from './titles.js';

/** Mean since the last reading. */
const Throughput = (quantity: string, resource: number, what: Titles): PropertyDecorator =>
  NumberMetric({
    titles: what,
    quantity,
    unit: 'Mbit/s',
    min: 0,
    max: 100_000,
    precision: 2,
    definition: lwm2m(7, resource),
    retentionDays: LINK_RETENTION_DAYS,
  });

/** The radio of a lamppost, Wi-Fi and 5G: its health. It says how many are connected, never who. */
export class AccessPointPayload {
  @Flag('wifiUp', tr181('WiFi.AccessPoint.{i}.Status'), titles('Wi-Fi in service', 'Wi-Fi 運作正常', 'Wi-Fi 运行正常'))
  wifiUp?: boolean;

  @Flag(
    'cellUp',
    tr181('Cellular.Interface.{i}.Status'),
    titles('5G cell in service', '5G 基站運作正常', '5G 基站运行正常'),
  )
  cellUp?: boolean;

  @IntegerMetric({
    titles: titles('Connected terminals', '連線裝置數目', '联网设备数目'),
    quantity: 'connectedTerminals',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: tr181('WiFi.AccessPoint.{i}.AssociatedDeviceNumberOfEntries'),
    privacy: 'aggregate',
    purpose: titles(
      'To add capacity where it is short. A number only; addresses of terminals are neither kept nor sent.',
      '用於在容量不足處擴容；只有數目，不保存亦不傳送裝置位址。',
      '用于在容量不足处扩容；只有数目，不保存也不传送设备地址。',
    ),
    retentionDays: 366,
  })
  terminals?: number;

  @Throughput('throughputDown', 3, titles('Throughput to terminals', '下載流量', '下行流量'))
  throughputDown?: number;

  @Throughput('throughputUp', 2, titles('Throughput from terminals', '上載流量', '上行流量'))
  throughputUp?: number;

  @ChannelUse()
  channelUse?: number;

  @SignalToNoiseRatio()
  snr?: number;

  @BackhaulLatency()
  backhaulLatency?: number;

  @NumberMetric({
    titles: titles('Packets lost', '封包遺失率', '丢包率'),
    quantity: 'packetLoss',
    unit: '%',
    min: 0,
    max: 100,
    precision: 2,
    definition: 'https://www.rfc-editor.org/rfc/rfc7680',
    retentionDays: LINK_RETENTION_DAYS,
  })
  packetLoss?: number;

  @UnitTemperature()
  unitTemperature?: number;

  @MainsPresent()
  mainsPresent?: boolean;
}

export const accessPoint = defineKind({
  name: 'access-point',
  titles: titles('Access point', '無線接入點', '无线接入点'),
  description: titles(
    'The health of the Wi-Fi and 5G radio on a lamppost.',
    '燈柱上 Wi-Fi 及 5G 設備的運作狀況。',
    '灯柱上 Wi-Fi 及 5G 设备的运行状况。',
  ),
  department: 'dpo',
  intervalMs: 60_000,
  payload: AccessPointPayload,
  simulate: simulateAccessPoint,
  alarms: [
    isFalse(
      'access-point-wifi-down',
      'medium',
      'wifiUp',
      3 * MINUTE,
      titles('Wi-Fi out of service', 'Wi-Fi 服務中斷', 'Wi-Fi 服务中断'),
      titles(
        'Restart the radio from here; when it stays down, order a repair.',
        '遙距重新啟動；如仍中斷，安排維修。',
        '远程重新启动；如仍中断，安排维修。',
      ),
    ),
    isFalse(
      'access-point-cell-down',
      'high',
      'cellUp',
      3 * MINUTE,
      titles('5G cell out of service', '5G 基站服務中斷', '5G 基站服务中断'),
      titles('Tell the operator of the cell.', '通知該基站的營辦商。', '通知该基站的运营商。'),
    ),
    above(
      'access-point-packet-loss',
      'low',
      { metric: 'packetLoss', limit: 5, hysteresis: 2, holdMs: 10 * MINUTE },
      titles('Many packets lost', '封包遺失過多', '丢包过多'),
      titles(
        'Check the backhaul fibre and compare with the next lamppost of the ring.',
        '檢查回傳光纖，並與同一環路的鄰近燈柱比較。',
        '检查回传光纤，并与同一环路的邻近灯柱比较。',
      ),
    ),
    above(
      'access-point-hot',
      'low',
      { metric: 'unitTemperature', limit: 75, hysteresis: 8, holdMs: 30 * MINUTE },
      titles('Radio too hot', '無線電設備過熱', '无线电设备过热'),
      titles(
        'Lower the power of the cell and have the fan inspected.',
        '調低基站功率並安排檢查風扇。',
        '调低基站功率并安排检查风扇。',
      ),
    ),
    mainsLost('access-point', 'medium'),
    absent('access-point', 'medium', 5, CHECK_SUPPLY),
  ],
});

/** Lunch and evening fill it; a radio fails now and then; without mains there is nothing for half an hour but the report. */
function simulateAccessPoint(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const mainsPresent = !episode(context, 'mains', elapsed, { perDay: 0.005, hours: 0.5 });
  const wifiUp = mainsPresent && !episode(context, 'wifi', elapsed, { perDay: 0.03, hours: 0.5 });
  const cellUp = mainsPresent && !episode(context, 'cell', elapsed, { perDay: 0.015, hours: 0.5 });
  const lossy = episode(context, 'lossy', elapsed, { perDay: 0.04, hours: 1 });
  const busy = 0.05 + 0.5 * bell(context.hour, 13, 2) + 0.8 * bell(context.hour, 19.5, 3);
  const serving = (wifiUp ? 0.4 : 0) + (cellUp ? 0.6 : 0);
  const terminals = Math.min(10_000, countOf(context, 160 * busy * serving * (0.3 + trait(context, 'place'))));
  const down = terminals * 0.6 * (1 + 0.2 * context.gaussian());
  return {
    wifiUp,
    cellUp,
    terminals,
    throughputDown: within(down, 0, 100_000, 2),
    throughputUp: within(0.15 * down, 0, 100_000, 2),
    channelUse: within(5 + 0.4 * terminals + 2 * context.gaussian(), 0, 100, 1),
    snr: within(24 - 6 * clamp(busy, 0, 1) + 2 * context.gaussian(), -40, 40, 1),
    backhaulLatency: within((lossy ? 60 : 6) * (1 + 0.3 * Math.abs(context.gaussian())), 0, 60_000),
    packetLoss: within((lossy ? 8 : 0.05) * (1 + 0.3 * Math.abs(context.gaussian())), 0, 100, 2),
    unitTemperature: within(
      context.weather.temperature + 15 + 10 * sunshine(context) + 0.05 * terminals + context.gaussian(),
      -40,
      150,
      1,
    ),
    mainsPresent,
  };
}
