import { above, absent, below, CHECK_SUPPLY, HOUR, isFalse, mainsLost, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m } from './definitions.js';
import { MainsPresent } from './electrical-measures.js';
import type { SimulationContext, Titles } from './kind.js';
import { BackhaulLatency, ChannelUse, LINK_RETENTION_DAYS, UnitTemperature } from './link-measures.js';
import { BatteryLevel, Flag } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { sunshine } from './outdoor-simulation.js';
import { countOf, elapsedHours, episode, minutesCounted, trait, within } from './simulation.js';
import { titles } from './titles.js';

/** Frames since the last reading (uCIFI 3448, LPWAN statistics). */
const Frames = (quantity: string, resource: number, what: Titles): PropertyDecorator =>
  IntegerMetric({
    titles: what,
    quantity,
    unit: '1',
    min: 0,
    max: 10_000_000,
    definition: lwm2m(3448, resource),
    retentionDays: LINK_RETENTION_DAYS,
  });

/** A gateway of GWIN, the government's own LoRa network. When it is silent, the devices around it are. */
export class LorawanGatewayPayload {
  @Frames('rxPackets', 7, titles('Frames received', '接收訊框', '接收帧数'))
  framesReceived?: number;

  @Frames('rxMalformedPackets', 9, titles('Frames with errors', '錯誤訊框', '错误帧数'))
  framesBad?: number;

  @Frames('txPackets', 1, titles('Frames sent', '傳送訊框', '发送帧数'))
  framesSent?: number;

  /** Downlinks that came too late or met a busy radio. */
  @Frames('txDiscardedPackets', 4, titles('Downlinks not sent', '未能傳送的下行訊框', '未能发送的下行帧'))
  framesNotSent?: number;

  @NumberMetric({
    titles: titles('Noise floor', '底噪', '底噪'),
    quantity: 'noiseFloor',
    unit: 'dB{mW}',
    min: -160,
    max: 0,
    precision: 0,
    definition: lwm2m(3447, 31),
    retentionDays: LINK_RETENTION_DAYS,
  })
  noiseFloor?: number;

  @ChannelUse()
  channelUse?: number;

  @BackhaulLatency()
  backhaulLatency?: number;

  @UnitTemperature()
  unitTemperature?: number;

  /** Without the time of the satellites, class B and the ranging of devices do not work. */
  @Flag('gnssLocked', lwm2m(3430, 14), titles('Satellite time locked', '衛星授時鎖定', '卫星授时锁定'))
  gnssLocked?: boolean;

  @MainsPresent()
  mainsPresent?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const lorawanGateway = defineKind({
  name: 'lorawan-gateway',
  titles: titles('LoRaWAN gateway', 'LoRaWAN 網關', 'LoRaWAN 网关'),
  description: titles(
    'A gateway of the Government-Wide IoT Network: traffic, radio and health.',
    '「政府無線物聯網」網關的流量、無線電及運作狀況。',
    '「政府无线物联网」网关的流量、无线电及运行状况。',
  ),
  department: 'emsd',
  intervalMs: 60_000,
  payload: LorawanGatewayPayload,
  simulate: simulateLorawanGateway,
  alarms: [
    below(
      'lorawan-gateway-deaf',
      'high',
      { metric: 'framesReceived', limit: 1, hysteresis: 1, holdMs: 30 * MINUTE, clearMs: 5 * MINUTE },
      titles('Gateway hears nothing', '網關收不到訊號', '网关收不到信号'),
      titles(
        'Restart the packet forwarder; when that does not help, check antenna and lightning arrester on site.',
        '重新啟動轉發程式；如無效，到場檢查天線及避雷器。',
        '重新启动转发程序；如无效，到场检查天线及避雷器。',
      ),
    ),
    above(
      'lorawan-gateway-noise-high',
      'low',
      { metric: 'noiseFloor', limit: -98, hysteresis: 4, holdMs: 60 * MINUTE },
      titles('Radio noise high', '無線電底噪過高', '无线电底噪过高'),
      titles(
        'Look for a new transmitter on the roof; report interference to OFCA.',
        '查看天台有否新增發射器，並向通訊辦舉報干擾。',
        '查看天台有无新增发射器，并向通讯办举报干扰。',
      ),
    ),
    above(
      'lorawan-gateway-backhaul-slow',
      'medium',
      // A class A device listens one second after its uplink; the answer must be at the gateway before.
      { metric: 'backhaulLatency', limit: 700, hysteresis: 200, holdMs: 10 * MINUTE },
      titles('Backhaul slow', '回傳網絡緩慢', '回传网络缓慢'),
      titles(
        'Downlinks miss their window: ask the network provider, and lengthen RX1 for the devices meanwhile.',
        '下行訊框錯過接收窗口：向網絡供應商查詢，並暫時延長裝置的 RX1。',
        '下行帧错过接收窗口：向网络运营商查询，并暂时延长设备的 RX1。',
      ),
    ),
    isFalse(
      'lorawan-gateway-gnss-lost',
      'low',
      'gnssLocked',
      HOUR,
      titles('Satellite time lost', '衛星授時中斷', '卫星授时中断'),
      titles(
        'Check the GNSS antenna and its view of the sky.',
        '檢查衛星天線及其對空視野。',
        '检查卫星天线及其对空视野。',
      ),
    ),
    mainsLost('lorawan-gateway', 'high'),
    absent('lorawan-gateway', 'high', 5, CHECK_SUPPLY),
  ],
});

/** Meters and bins talk all day; rain and sun warm the box; the backhaul has bad hours. */
function simulateLorawanGateway(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const minutes = minutesCounted(elapsed);
  const load = 40 + 160 * trait(context, 'devices');
  const jammed = episode(context, 'jammed', elapsed, { perDay: 0.02, hours: 2 });
  const slow = episode(context, 'slow', elapsed, { perDay: 0.05, hours: 0.5 });
  const framesReceived = Math.min(10_000_000, countOf(context, load * minutes * (jammed ? 0.6 : 1)));
  const mainsPresent = !episode(context, 'mains', elapsed, { perDay: 0.005, hours: 0.5 });
  const last = context.memory.get('charge') ?? 90 + 10 * context.random();
  const charge = within(last + elapsed * (mainsPresent ? 20 : -12), 0, 100, 6);
  context.memory.set('charge', charge);
  return {
    framesReceived,
    framesBad: Math.min(framesReceived, countOf(context, framesReceived * (jammed ? 0.3 : 0.04))),
    framesSent: Math.min(10_000_000, countOf(context, 0.05 * load * minutes)),
    framesNotSent: countOf(context, (slow ? 1 : 0.02) * minutes),
    noiseFloor: within((jammed ? -94 : -112) + 1.5 * context.gaussian(), -160, 0),
    channelUse: within(load * 0.05 * (1 + 0.1 * context.gaussian()), 0, 100, 1),
    backhaulLatency: within((slow ? 900 : 45) * (1 + 0.2 * Math.abs(context.gaussian())), 0, 60_000),
    unitTemperature: within(context.weather.temperature + 12 + 8 * sunshine(context) + context.gaussian(), -40, 150, 1),
    gnssLocked: !episode(context, 'gnss', elapsed, { perDay: 0.03, hours: 0.5 }),
    mainsPresent,
    battery: Math.round(charge),
  };
}
