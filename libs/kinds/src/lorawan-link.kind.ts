import { defineKind } from './define-kind.js';
import type { SimulationContext } from './kind.js';
import { LINK_RETENTION_DAYS, LinkMargin, ReceivedSignalStrength, SignalToNoiseRatio } from './link-measures.js';
import { BatteryLevel } from './measures.js';
import { IntegerMetric } from './metric.decorators.js';
import { countOf, rounded, trait, within } from './simulation.js';
import { titles } from './titles.js';

const LINK_LAYER =
  'https://resources.lora-alliance.org/technical-specifications/ts001-1-0-4-lorawan-l2-1-0-4-specification';
const REGIONAL_PARAMETERS =
  'https://resources.lora-alliance.org/technical-specifications/rp002-1-0-4-regional-parameters';

/** How a frame of a LoRaWAN device was heard, by the gateway that heard it best. */
export class LorawanLinkPayload {
  @ReceivedSignalStrength()
  rssi?: number;

  @SignalToNoiseRatio()
  snr?: number;

  @IntegerMetric({
    titles: titles('Spreading factor', '擴頻因子', '扩频因子'),
    quantity: 'spreadingFactor',
    unit: '1',
    min: 5,
    max: 12,
    definition: REGIONAL_PARAMETERS,
    retentionDays: LINK_RETENTION_DAYS,
  })
  spreadingFactor?: number;

  @IntegerMetric({
    titles: titles('Bandwidth', '頻寬', '带宽'),
    quantity: 'channelBandwidth',
    unit: 'Hz',
    min: 7_800,
    max: 2_000_000,
    definition: REGIONAL_PARAMETERS,
    retentionDays: LINK_RETENTION_DAYS,
  })
  bandwidth?: number;

  @IntegerMetric({
    titles: titles('Radio frequency', '無線電頻率', '无线电频率'),
    quantity: 'radioFrequency',
    unit: 'Hz',
    min: 100_000_000,
    max: 3_000_000_000,
    definition: REGIONAL_PARAMETERS,
    retentionDays: LINK_RETENTION_DAYS,
  })
  radioFrequency?: number;

  @IntegerMetric({
    titles: titles('Frame counter', '訊框計數', '帧计数'),
    quantity: 'frameCounter',
    unit: '1',
    min: 0,
    max: 2 ** 32 - 1,
    definition: LINK_LAYER,
    retentionDays: LINK_RETENTION_DAYS,
  })
  frameCounter?: number;

  /** Frames of the same session that were sent before this one and never heard. */
  @IntegerMetric({
    titles: titles('Frames missed before', '之前遺失的訊框', '之前遗失的帧'),
    quantity: 'missedFrames',
    unit: '1',
    min: 0,
    max: 2 ** 32 - 1,
    definition: LINK_LAYER,
    retentionDays: LINK_RETENTION_DAYS,
  })
  frameGap?: number;

  @IntegerMetric({
    titles: titles('Gateways that heard it', '收到訊號的網關數目', '收到信号的网关数目'),
    quantity: 'receivingGateways',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: LINK_LAYER,
    retentionDays: LINK_RETENTION_DAYS,
  })
  gateways?: number;

  /** Number of the gateway that heard it best, in the registry's table of gateways. */
  @IntegerMetric({
    titles: titles('Best gateway (number)', '最佳網關 (編號)', '最佳网关 (编号)'),
    quantity: 'receivingGateway',
    unit: '1',
    min: 1,
    max: 2 ** 31 - 1,
    definition: LINK_LAYER,
    retentionDays: LINK_RETENTION_DAYS,
  })
  gateway?: number;

  @LinkMargin()
  linkMargin?: number;

  @BatteryLevel()
  battery?: number;
}

export const lorawanLink = defineKind({
  name: 'lorawan-link',
  titles: titles('LoRaWAN link', 'LoRaWAN 鏈路', 'LoRaWAN 链路'),
  description: titles(
    'How the network heard a LoRaWAN device: kept beside the readings of every such device, whatever its kind.',
    '網絡接收 LoRaWAN 裝置訊號的情況：不論裝置類型，與其讀數一併保存。',
    '网络接收 LoRaWAN 设备信号的情况：不论设备类型，与其读数一并保存。',
  ),
  department: 'emsd',
  intervalMs: 900_000,
  companion: true,
  payload: LorawanLinkPayload,
  simulate: simulateLorawanLink,
  alarms: [],
});

/** Plausible values for tests: companions are no devices, so the simulated city has none of this kind. */
function simulateLorawanLink(context: SimulationContext): Record<string, number> {
  const distance = trait(context, 'distance');
  const snr = within(9 - 24 * distance + 2 * context.gaussian(), -20, 14, 1);
  const missed = countOf(context, 0.05 + distance / 4);
  const counter = (context.memory.get('counter') ?? -1) + 1 + missed;
  context.memory.set('counter', counter);
  return {
    rssi: within(-75 - 45 * distance + 3 * context.gaussian(), -130, -30),
    snr,
    spreadingFactor: snr > 5 ? 7 : snr > -5 ? 9 : 12,
    bandwidth: 125_000,
    radioFrequency: context.random() < 0.5 ? 923_200_000 : 923_400_000,
    frameCounter: counter,
    frameGap: missed,
    gateways: 1 + countOf(context, 2 - distance),
    gateway: 1 + Math.floor(context.random() * 5),
    linkMargin: rounded(within(snr + 12, -32, 31), 0),
    battery: within(100 - 20 * distance, 0, 100),
  };
}
