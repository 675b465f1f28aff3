import { findKind } from '#kinds';
import type { SimulatedDevice } from '../city.js';
import { hash32, type SeededRandoms } from '../random.js';
import type { ScenarioRun, Values } from '../scenarios/scenario-run.js';
import type { Tick } from '../script/city-script.js';
import {
  joinEvent,
  logEvent,
  statusEvent,
  upEvent,
  type EndDevice,
  type Frame,
  type LogEntry,
} from './chirpstack-events.js';
import type { ChirpStackServer } from './chirpstack-server.js';
import { DownlinkQueues } from './downlink-queues.js';
import { frameBytes } from './frame-bytes.js';
import { applicationOf, devEuiOf } from './names.js';
import { gatewaysOf, Radio, type Gateway } from './radio.js';
import { RAW_FORMATS } from './raw-frames.js';

const FRAME_PORT = 2;
const NOT_JOINED = 0xffff;
/** The network server asks for the state of a device early in a session, and then once a day. */
const FIRST_STATUS_AT_FRAME = 2;
const STATUS_EVERY_MINUTES = 24 * 60;
const LOG_PER_FRAME = 1 / 5_000;
/** Frames of two devices at one instant on one channel destroy each other: nobody listens before talking. */
const COLLISIONS = 0.004;
const GATEWAY_STATE_MS = 1_000;

const LOG_ENTRIES: readonly LogEntry[] = [
  { level: 'WARNING', code: 'UPLINK_F_CNT_RETRANSMISSION', description: 'Uplink was flagged as re-transmission' },
  { level: 'ERROR', code: 'UPLINK_MIC', description: 'MIC of uplink frame is invalid' },
];
const CODEC_FAILED: LogEntry = {
  level: 'ERROR',
  code: 'UPLINK_CODEC',
  description: 'JS error: cannot read the payload of this length',
};

export interface LorawanNetworkOptions {
  /** Identifies this run: devices join anew in each, under another address. */
  readonly boot: string;
  readonly scenarios: ScenarioRun | null;
  /** Kinds whose devices are registered with a device type: they come as bytes alone. */
  readonly rawKinds: ReadonlySet<string>;
  /** The server of an application, by its id. */
  server(application: string): ChirpStackServer;
}

/**
 * The radio network between devices and platform. It turns what a device says into the events that a network server publishes of
 * it, and loses what no gateway hears: the frame counter goes on, so the platform sees a gap.
 */
export class LorawanNetwork {
  readonly downlinks = new DownlinkQueues();
  /** Frames that no gateway heard. */
  unheard = 0;
  private readonly radio: Radio;
  private readonly joinedInRestart: Uint16Array;
  /** Reading with which the session began: frame counters start from 0 in each. */
  private readonly firstSeq: Uint32Array;
  /** Minutes of the epoch. */
  private readonly statusAt: Uint32Array;
  private readonly gatewayLost = new Map<Gateway, { readonly until: number; readonly lost: boolean }>();

  constructor(
    private readonly city: readonly SimulatedDevice[],
    private readonly options: LorawanNetworkOptions,
  ) {
    this.radio = new Radio(city, gatewaysOf(city));
    this.joinedInRestart = new Uint16Array(city.length).fill(NOT_JOINED);
    this.firstSeq = new Uint32Array(city.length);
    this.statusAt = new Uint32Array(city.length);
  }

  get bytes(): number {
    return this.radio.bytes + this.joinedInRestart.byteLength + this.firstSeq.byteLength + this.statusAt.byteLength;
  }

  /** @param random of the device */
  send(index: number, tick: Tick, random: SeededRandoms): void {
    const receptions = this.radio.hear(index, random.gaussian, (gateway) => this.isLost(gateway, tick.time));
    const chance = random.next();
    if (receptions.length === 0 || chance >= 1 - COLLISIONS) {
      this.unheard++;
      return;
    }
    const device = endDeviceOf(this.city[index]!);
    const devAddr = this.devAddrOf(device.devEui, tick.restarts);
    const server = this.options.server(device.application.id);
    if (this.joinedInRestart[index] !== tick.restarts) {
      this.joinedInRestart[index] = tick.restarts;
      this.firstSeq[index] = tick.seq;
      server.publish(device.devEui, 'join', joinEvent(device, devAddr, tick.time));
    }
    const payload = this.payloadOf(this.city[index]!.kind, tick, chance);
    const frame: Frame = {
      device,
      devAddr,
      fCnt: tick.seq - this.firstSeq[index]!,
      ...payload,
      dataRate: this.radio.dataRate(index),
      receptions,
      time: tick.time,
      copy: 0,
    };
    for (const copy of tick.oddity === 'twice' ? copiesOf(frame) : [frame])
      server.publish(device.devEui, 'up', upEvent(copy));
    this.publishState(index, frame, tick, server);
    if (payload.codecFailed) server.publish(device.devEui, 'log', logEvent(device, CODEC_FAILED, tick.time));
    else if (chance < LOG_PER_FRAME)
      server.publish(device.devEui, 'log', logEvent(device, LOG_ENTRIES[frame.fCnt % 2]!, tick.time));
    for (const { event, payload } of this.downlinks.answersOf(frame)) server.publish(device.devEui, event, payload);
  }

  private payloadOf(
    kind: string,
    { values, oddity }: Tick,
    chance: number,
  ): Pick<Frame, 'fPort' | 'data' | 'object'> & { readonly codecFailed: boolean } {
    const raw = this.options.rawKinds.has(kind) ? RAW_FORMATS.get(kind) : undefined;
    if (raw !== undefined) {
      const data = raw.encode(values);
      // Cut off, as by a firmware that counts its header wrong.
      return { fPort: raw.fPort, data: oddity === 'bad' ? data.subarray(1) : data, object: null, codecFailed: false };
    }
    const object = oddity === 'bad' ? spoiled(values, chance) : values;
    return { fPort: FRAME_PORT, data: frameBytes(values), object, codecFailed: object === null };
  }

  private publishState(index: number, { device, fCnt, receptions }: Frame, tick: Tick, server: ChirpStackServer): void {
    const minute = Math.floor(tick.time / 60_000);
    const due = this.statusAt[index]! === 0 ? fCnt >= FIRST_STATUS_AT_FRAME : minute >= this.statusAt[index]!;
    if (!due) return;
    this.statusAt[index] = minute + STATUS_EVERY_MINUTES;
    const battery = tick.values['battery'];
    const margin = Math.round(Math.min(31, Math.max(-32, receptions[0]!.snr + 10)));
    server.publish(
      device.devEui,
      'status',
      statusEvent(device, typeof battery === 'number' ? battery : null, margin, tick.time),
    );
  }

  private devAddrOf(devEui: string, restarts: number): string {
    return hash32(`${this.options.boot}/${restarts}/${devEui}`).toString(16).padStart(8, '0');
  }

  /** Asked for each frame, so it is kept for a second. */
  private isLost(gateway: Gateway, time: number): boolean {
    const { scenarios } = this.options;
    if (scenarios === null) return false;
    let state = this.gatewayLost.get(gateway);
    if (state === undefined || time >= state.until) {
      state = { until: time + GATEWAY_STATE_MS, lost: scenarios.on(gateway.device, time).silent };
      this.gatewayLost.set(gateway, state);
    }
    return state.lost;
  }
}

function endDeviceOf({ id, kind, server }: SimulatedDevice): EndDevice {
  return {
    devEui: devEuiOf(id),
    name: id,
    profile: findKind(kind)!.titles.en,
    application: applicationOf(server),
  };
}

/**
 * A frame that the server took for two: its copy came by a gateway with a slow backhaul after the window of deduplication. Heard by one
 * gateway only, it is the same event again, as after a broken connection to the broker.
 */
function copiesOf(frame: Frame): Frame[] {
  const [first, second] = frame.receptions;
  if (second === undefined) return [frame, frame];
  return [
    { ...frame, receptions: [first!] },
    { ...frame, receptions: [second], copy: 1 },
  ];
}

/** What a network server hands on of a broken sensor, a newer firmware or a payload that its codec cannot read. */
function spoiled(values: Values, chance: number): Values | null {
  const first = Object.keys(values)[0]!;
  if (chance < 0.25) return { ...values, [first]: -99_999 };
  if (chance < 0.5) return { ...values, [first]: 'n/a' };
  if (chance < 0.75) return { ...values, firmwareMood: 1 };
  return null;
}
