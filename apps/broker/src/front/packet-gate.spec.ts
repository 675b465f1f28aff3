import { Duplex } from 'node:stream';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { bodyStart, INCOMPLETE, MALFORMED, packetLength } from './packet-frame.js';
import { PacketGate, type PacketInspector, type Violation } from './packet-gate.js';

const CONNECT = mqttPacket.generate({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clientId: 'a',
  clean: true,
  keepalive: 1,
});

/** A gate whose engine is an array, and whose inspector takes the PUBLISH packets that begin with an even byte. */
class Harness implements PacketInspector {
  readonly engine: Buffer[] = [];
  readonly taken_: Buffer[] = [];
  readonly order: Buffer[] = [];
  refused: Violation | null = null;
  closed = false;
  readonly socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  readonly gate: PacketGate;

  constructor(private readonly limits = { maxConnectBytes: 1_000, maxPacketBytes: 1_000 }) {
    this.gate = new PacketGate(this.socket, this, limits);
    this.socket.on('readable', () => {
      const data = this.socket.read() as Buffer | null;
      if (data === null) return;
      this.engine.push(data);
      this.order.push(data);
    });
    this.socket.on('error', () => undefined);
  }

  ready(): boolean {
    return !this.closed;
  }

  claims(data: Buffer, _start: number, body: number): boolean {
    return data[body]! % 2 === 0;
  }

  packet(data: Buffer, start: number, body: number, end: number): boolean {
    if (data[start]! >> 4 !== 3 || !this.claims(data, start, body)) return false;
    this.taken_.push(data.subarray(start, end));
    this.order.push(data.subarray(start, end));
    return true;
  }

  allowance(): number {
    return Infinity;
  }

  maxPacketBytes(): number {
    return this.limits.maxPacketBytes;
  }

  taken(): void {
    // not of interest here
  }

  violation(reason: Violation): void {
    this.refused = reason;
  }

  async feed(...chunks: Uint8Array[]): Promise<void> {
    for (const chunk of chunks) {
      this.socket.push(Buffer.from(chunk));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Any PUBLISH-shaped packet with a body of at least one byte. */
const packet = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((body) => {
  const digits = body.length < 128 ? [body.length] : [(body.length % 128) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([0x30, ...digits]), body]);
});

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length]!;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

describe('the packet gate', () => {
  it('passes every byte on, whole packets only and in order, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(packet, { minLength: 1, maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }),
        async (packets, sizes) => {
          const harness = new Harness();
          await harness.feed(CONNECT);
          harness.gate.open();
          await harness.feed(...cut(Buffer.concat(packets), sizes));
          expect(Buffer.concat(harness.order)).toEqual(Buffer.concat([CONNECT, ...packets]));
          for (const passed of harness.engine) expect(endsOnBoundary(passed)).toBe(true);
          expect(harness.taken_).toEqual(packets.filter((each) => each[bodyStart(each, 0)]! % 2 === 0));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('holds back what follows CONNECT until it is opened', async () => {
    const harness = new Harness();
    await harness.feed(Buffer.concat([CONNECT, Buffer.from('300101', 'hex')]));
    expect(harness.engine).toEqual([CONNECT]);
    harness.gate.open();
    await harness.feed();
    expect(Buffer.concat(harness.engine)).toEqual(Buffer.concat([CONNECT, Buffer.from('300101', 'hex')]));
  });

  it('does not read while its inspector is not ready, and goes on when told', async () => {
    const harness = new Harness();
    await harness.feed(CONNECT);
    harness.gate.open();
    harness.closed = true;
    await harness.feed(Buffer.from('300101', 'hex'));
    expect(harness.engine).toHaveLength(1);
    harness.closed = false;
    harness.gate.resume();
    await harness.feed();
    expect(harness.engine).toHaveLength(2);
  });

  it.each([
    ['another packet than CONNECT', '300101', 'not-connect'],
    ['a length of five digits', '10ffffffff01', 'malformed-length'],
    ['a CONNECT beyond the limit, as soon as its header is there', '10e907', 'packet-too-large'],
  ] as const)('refuses %s', async (_case, hex, reason) => {
    const harness = new Harness();
    await harness.feed(Buffer.from(hex, 'hex'));
    expect([harness.refused, harness.socket.destroyed]).toEqual([reason, true]);
    expect(harness.engine).toEqual([]);
  });

  it.each([
    ['a second CONNECT', CONNECT.toString('hex'), 'second-connect'],
    ['a packet beyond the limit', '30e907', 'packet-too-large'],
    ['a malformed length behind a good packet', '30010130ffffffff01', 'malformed-length'],
  ] as const)('refuses %s later on', async (_case, hex, reason) => {
    const harness = new Harness();
    await harness.feed(CONNECT);
    harness.gate.open();
    await harness.feed(Buffer.from(hex, 'hex'));
    expect([harness.refused, harness.socket.destroyed]).toEqual([reason, true]);
  });
});

describe('the length of a packet', () => {
  it('agrees with the MQTT library for every length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300_000 }), (size) => {
        const bytes = mqttPacket.generate({
          cmd: 'publish',
          topic: 't',
          payload: Buffer.alloc(size),
          qos: 0,
          retain: false,
          dup: false,
        });
        expect(packetLength(bytes, 0)).toBe(bytes.length);
        expect(bytes.subarray(bodyStart(bytes, 0), bodyStart(bytes, 0) + 3)).toEqual(Buffer.from([0, 1, 116]));
      }),
      { numRuns: 50 },
    );
  });

  it('is incomplete without its last digit, and malformed with a fifth', () => {
    expect(packetLength(Buffer.from([0x30]), 0)).toBe(INCOMPLETE);
    expect(packetLength(Buffer.from([0x30, 0xff, 0xff]), 0)).toBe(INCOMPLETE);
    expect(packetLength(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 0)).toBe(MALFORMED);
  });
});

function endsOnBoundary(data: Buffer): boolean {
  let at = 0;
  while (at < data.length) at += packetLength(data, at);
  return at === data.length;
}
