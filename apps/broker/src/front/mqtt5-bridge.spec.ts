import { Duplex } from 'node:stream';
import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { Mqtt5Bridge } from './mqtt5-bridge.js';

const LIMITS = { maxConnectBytes: 2_000, maxPacketBytes: 70_000 };
const V5 = { protocolVersion: 5 };

function connect5(change: Record<string, unknown> = {}): Buffer {
  const packet = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'a', clean: true, keepalive: 60 };
  return mqttPacket.generate({ ...packet, ...change } as Packet);
}

class Harness {
  readonly written: Buffer[] = [];
  malformed = 0;
  readonly socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      this.written.push(chunk);
      done();
    },
  });
  readonly bridge = new Mqtt5Bridge(this.socket, LIMITS, () => void this.malformed++);

  /** What the engine would get, parsed as MQTT 3.1.1. */
  feed(...chunks: readonly Uint8Array[]): Packet[] {
    return parsed(
      chunks.flatMap((chunk) => this.bridge.inbound(Buffer.from(chunk)) ?? []),
      { protocolVersion: 4 },
    );
  }

  /** What the client gets when the engine writes this, in pieces as mqtt-packet writes them. */
  answer(packet: Packet): Packet[] {
    this.written.length = 0;
    const bytes = mqttPacket.generate(packet);
    for (const byte of bytes) this.socket.write(Buffer.from([byte]));
    return parsed(this.written, V5);
  }
}

function parsed(chunks: readonly Buffer[], options: { protocolVersion: number }): Packet[] {
  const packets: Packet[] = [];
  const parser = mqttPacket.parser(options as never);
  parser.on('packet', (packet) => packets.push(packet));
  for (const chunk of chunks) parser.parse(chunk);
  return packets;
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

describe('the bridge from MQTT 5', () => {
  const publish = fc.record({
    cmd: fc.constant('publish' as const),
    topic: fc.stringMatching(/^[a-z]{1,20}$/),
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom(0, 1, 2),
    retain: fc.boolean(),
    dup: fc.constant(false),
    messageId: fc.integer({ min: 1, max: 65_535 }),
    properties: fc.record({ messageExpiryInterval: fc.nat(1_000), userProperties: fc.constant({ a: 'b' }) }),
  });

  it('hands on every publication as it is, whatever the pieces in which it comes', () => {
    fc.assert(
      fc.property(
        fc.array(publish, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 9 }),
        (packets, sizes) => {
          // prettier-ignore
          const bytes = Buffer.concat([connect5(), ...packets.map((packet) => mqttPacket.generate(packet as Packet, V5))]);
          const [greeting, ...rest] = new Harness().feed(...cut(bytes, sizes));
          expect(greeting).toMatchObject({ cmd: 'connect', protocolVersion: 4, clientId: 'a' });
          expect(rest).toHaveLength(packets.length);
          rest.forEach((packet, i) => {
            const { topic, payload, qos, retain, messageId } = packets[i]!;
            expect(packet).toMatchObject({
              cmd: 'publish',
              topic,
              payload,
              qos,
              retain,
              ...(qos === 0 ? {} : { messageId }),
            });
          });
        },
      ),
    );
  });

  it('never throws on any bytes, and leaves what is not MQTT 5 alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const harness = new Harness();
        harness.bridge.inbound(connect5());
        harness.bridge.inbound(Buffer.from(bytes));
      }),
    );
    const connect4 = connect5({ protocolVersion: 4 });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        const harness = new Harness();
        expect(harness.bridge.inbound(connect4)).toBe(connect4);
        const chunk = Buffer.from(bytes);
        expect(harness.bridge.inbound(chunk)).toBe(chunk);
        expect(harness.bridge.speaks5).toBe(false);
      }),
    );
  });

  it('takes a CONNECT with a will and properties, and names who has no name', () => {
    const harness = new Harness();
    const [greeting] = harness.feed(
      connect5({
        clientId: '',
        username: 'gwin',
        password: Buffer.from('key'),
        properties: { sessionExpiryInterval: 3_600, receiveMaximum: 9 },
        will: {
          topic: 'last',
          payload: Buffer.from('words'),
          qos: 1,
          retain: true,
          properties: { willDelayInterval: 5 },
        },
      }),
    );
    expect(greeting).toMatchObject({
      clientId: expect.stringMatching(/^mqtt5-[0-9a-f]{16}$/),
      username: 'gwin',
      password: Buffer.from('key'),
      will: { topic: 'last', payload: Buffer.from('words'), qos: 1, retain: true },
    });
    const [answer] = harness.answer({ cmd: 'connack', returnCode: 0, sessionPresent: false });
    expect(answer).toMatchObject({
      reasonCode: 0,
      properties: {
        assignedClientIdentifier: (greeting as { clientId: string }).clientId,
        sessionExpiryInterval: 0,
        maximumPacketSize: 70_000,
        subscriptionIdentifiersAvailable: false,
        sharedSubscriptionAvailable: false,
      },
    });
  });

  it.each([
    [2, 0x85],
    [3, 0x88],
    [4, 0x86],
    [5, 0x87],
  ])('says return code %i as reason code %i', (returnCode, reasonCode) => {
    const harness = new Harness();
    harness.feed(connect5());
    expect(harness.answer({ cmd: 'connack', returnCode, sessionPresent: false })).toMatchObject([{ reasonCode }]);
  });

  it('keeps a session that the client means to find again, and says so', () => {
    const harness = new Harness();
    expect(harness.feed(connect5({ clean: false }))).toMatchObject([{ clean: false }]);
    const [answer] = harness.answer({ cmd: 'connack', returnCode: 0, sessionPresent: true });
    expect(answer).toMatchObject({ sessionPresent: true, properties: { sessionExpiryInterval: 0xffff_ffff } });
  });

  it('takes subscriptions and acknowledgements both ways', () => {
    const harness = new Harness();
    harness.feed(connect5());
    const sent = (packet: object): Packet[] => harness.feed(mqttPacket.generate(packet as Packet, V5));
    const subscriptions = [
      { topic: 'a/+', qos: 1, nl: true, rap: true, rh: 1 },
      { topic: 'b', qos: 2 },
    ];
    expect(
      sent({ cmd: 'subscribe', messageId: 7, subscriptions, properties: { userProperties: { x: 'y' } } }),
    ).toMatchObject([
      {
        messageId: 7,
        subscriptions: [
          { topic: 'a/+', qos: 1 },
          { topic: 'b', qos: 2 },
        ],
      },
    ]);
    expect(harness.answer({ cmd: 'suback', messageId: 7, granted: [1, 0x80] })).toMatchObject([
      { messageId: 7, granted: [1, 0x80] },
    ]);
    expect(sent({ cmd: 'unsubscribe', messageId: 8, unsubscriptions: ['a/+', 'b'] })).toMatchObject([
      { messageId: 8, unsubscriptions: ['a/+', 'b'] },
    ]);
    expect(harness.answer({ cmd: 'unsuback', messageId: 8 } as Packet)).toMatchObject([
      { messageId: 8, granted: [0, 0] },
    ]);
    const reason = { reasonCode: 0x10, properties: { reasonString: 'nobody there' } };
    expect(sent({ cmd: 'puback', messageId: 9, ...reason })).toMatchObject([{ cmd: 'puback', messageId: 9 }]);
    expect(
      harness.answer({ cmd: 'publish', topic: 't', payload: 'p', qos: 1, messageId: 3, dup: false, retain: false }),
    ).toMatchObject([{ topic: 't', payload: Buffer.from('p'), qos: 1, messageId: 3 }]);
    expect(harness.answer({ cmd: 'puback', messageId: 4 })).toMatchObject([{ messageId: 4, reasonCode: 0 }]);
    expect(sent({ cmd: 'pingreq' })).toMatchObject([{ cmd: 'pingreq' }]);
    expect(sent({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 1 } })).toMatchObject([
      { cmd: 'disconnect' },
    ]);
  });

  it('lets a client that wants its will published go without a word', () => {
    const harness = new Harness();
    harness.feed(connect5());
    expect(harness.feed(mqttPacket.generate({ cmd: 'disconnect', reasonCode: 4 }, V5))).toEqual([]);
    expect(harness.socket.destroyed).toBe(true);
  });

  it.each([
    ['a topic alias, which was not offered', '30060000032300017b'],
    ['properties that go beyond the packet', '30050001610f01'],
    ['a subscription without options', '8206000100000161'],
  ])('refuses %s', (_, hex) => {
    const harness = new Harness();
    harness.feed(connect5());
    expect(harness.feed(Buffer.from(hex, 'hex'))).toEqual([]);
    expect(harness.malformed).toBe(1);
    // Nothing behind it is looked at.
    expect(harness.feed(mqttPacket.generate({ cmd: 'pingreq' }))).toEqual([]);
  });

  it('T09 leaves a packet that says it is too large to the gate, before it is buffered', () => {
    const harness = new Harness();
    harness.feed(connect5());
    const head = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 1]);
    expect(harness.bridge.inbound(head)).toEqual(head);
  });
});
