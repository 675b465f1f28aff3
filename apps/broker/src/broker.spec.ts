import { BrokerFixture } from './testing/broker-fixture.js';

describe('the path of a message', () => {
  let fixture: BrokerFixture;
  beforeAll(async () => {
    fixture = await BrokerFixture.start();
  });
  afterAll(() => fixture.stop());

  it('journals telemetry under the device and acknowledges it', async () => {
    const device = await fixture.device('GF3637');
    const client = await fixture.client(device.login);
    expect(await client.publish(device.topic('telemetry'), '{"values":{"temperature":23.5}}')).toBe(true);
    expect(
      (await fixture.journalled()).map(({ source, topic, payload }) => [
        source,
        topic,
        Buffer.from(payload).toString(),
      ]),
    ).toEqual([['GF3637', device.topic('telemetry'), '{"values":{"temperature":23.5}}']]);
  });
});
