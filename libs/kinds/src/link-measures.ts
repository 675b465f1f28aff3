import { lwm2m } from './definitions.js';
import { NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** Radio links (uCIFI 3412 and 3447). They say how a device is heard, and are of no use after three years. */

export const LINK_RETENTION_DAYS = 1096;

export const ReceivedSignalStrength = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Signal strength (RSSI)', '訊號強度 (RSSI)', '信号强度 (RSSI)'),
    quantity: 'receivedSignalStrengthIndication',
    // UCUM has no symbol for dBm; an annotated decibel is its way to write a level with a named reference.
    unit: 'dB{mW}',
    min: -160,
    max: 0,
    precision: 0,
    definition: lwm2m(3412, 20),
    retentionDays: LINK_RETENTION_DAYS,
  });

export const SignalToNoiseRatio = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Signal to noise ratio', '訊噪比', '信噪比'),
    quantity: 'signalToNoiseRatio',
    unit: 'dB',
    min: -40,
    max: 40,
    precision: 1,
    definition: lwm2m(3412, 18),
    retentionDays: LINK_RETENTION_DAYS,
  });

/** Margin over the demodulation floor: of the gateway in LinkCheckAns (0 to 254), of the device in DevStatusAns (-32 to 31). */
export const LinkMargin = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Link margin', '鏈路餘裕', '链路余量'),
    quantity: 'linkMargin',
    unit: 'dB',
    min: -32,
    max: 254,
    precision: 0,
    definition:
      'https://resources.lora-alliance.org/technical-specifications/ts001-1-0-4-lorawan-l2-1-0-4-specification',
    retentionDays: LINK_RETENTION_DAYS,
  });

/** Round trip over the backhaul. */
export const BackhaulLatency = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Backhaul latency', '回傳網絡延遲', '回传网络延迟'),
    quantity: 'backhaulLatency',
    unit: 'ms',
    min: 0,
    max: 60_000,
    precision: 0,
    definition: 'https://www.rfc-editor.org/rfc/rfc2681',
    retentionDays: LINK_RETENTION_DAYS,
  });

/** Share of time in which the radio channel is in use. */
export const ChannelUse = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Channel use', '頻道使用率', '信道使用率'),
    quantity: 'channelUtilisation',
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: lwm2m(4, 6),
    retentionDays: LINK_RETENTION_DAYS,
  });

/** Inside the housing of a device. */
export const UnitTemperature = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Temperature of the unit', '裝置溫度', '设备温度'),
    quantity: 'unitTemperature',
    unit: 'Cel',
    min: -40,
    max: 150,
    precision: 1,
    definition: lwm2m(3416, 62),
    retentionDays: LINK_RETENTION_DAYS,
  });
