import { pino } from 'pino';
import { until } from '#core/testing';
import { BrokerFixture, SERVICE_KEY } from '../testing/broker-fixture.js';

it('T37 secrets that are sent through every path are absent from logs, status and audit', async () => {
  const lines: string[] = [];
  const fixture = await BrokerFixture.start({
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  });
  const device = await fixture.device('GF3637');
  const canary = 'canary-7c1e';
  const attempts = [
    { ...device.login, password: canary },
    { clientId: 'x', username: 'nobody', password: canary },
    { clientId: 'service:api', username: 'service:api', password: canary },
    { clientId: device.id, username: device.id, password: device.key, protocolVersion: 5 as const },
  ];
  for (const attempt of attempts) await (await fixture.socket()).connect(attempt);
  const client = await fixture.client({ ...device.login, will: { topic: 'foreign', payload: canary } });
  await client.publish(device.topic('telemetry'), canary);
  client.send({ cmd: 'publish', topic: 'foreign', payload: canary, qos: 1, retain: false, dup: false, messageId: 5 });
  await client.closes();
  const service = await fixture.service('api');
  service.sendBytes(Buffer.concat([Buffer.from([0xf0, canary.length]), Buffer.from(canary)]));
  await service.closes();
  const audit = await until(
    'the audit trail to have the last of it',
    () => fixture.registry.audit.list({ limit: 1_000 }),
    (entries) => entries.some(({ action }) => action === 'mqtt.publish-denied'),
  );
  const shown = [...lines, JSON.stringify(audit), JSON.stringify(fixture.broker.status())].join('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const secret of [canary, device.key, SERVICE_KEY]) expect(shown).not.toContain(secret);
  await fixture.stop();
});
