import fc from 'fast-check';
import mqttPacket, { type Packet } from 'mqtt-packet';
import { bodyStart } from '../front/packet-frame.js';
import { parseSubscribe, refusingSuback } from './subscribe-packet.js';

describe('a SUBSCRIBE packet', () => {
  const filters = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 200 });

  it('is read as the MQTT library writes it, and refused filter by filter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_535 }), filters, (messageId, topics) => {
        const bytes = mqttPacket.generate({
          cmd: 'subscribe',
          messageId,
          subscriptions: topics.map((topic) => ({ topic, qos: 1 })),
        });
        const request = parseSubscribe(bytes, bodyStart(bytes, 0), bytes.length);
        expect(request).toEqual({ messageId, filters: topics });
        const parser = mqttPacket.parser();
        let suback: Packet | null = null;
        parser.on('packet', (packet) => (suback = packet));
        parser.parse(refusingSuback(request!));
        expect(suback).toMatchObject({ cmd: 'suback', messageId, granted: topics.map(() => 0x80) });
      }),
    );
  });

  it('that is cut off or mutated is null or a request, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const request = parseSubscribe(Buffer.from(bytes), 0, bytes.length);
        if (request !== null) expect(request.filters.length).toBeGreaterThan(0);
      }),
    );
  });
});
