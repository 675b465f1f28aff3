import { pino } from 'pino';
import { until } from '#core/testing';
import { generateKey, generatePassword, newApiKey, SECRET_LEFT_OUT } from '#identity';
import { BrokerFixture, SERVICE_KEY } from '../testing/broker-fixture.js';

let fixture: BrokerFixture;
afterEach(() => fixture.stop());

it('T37 secrets that are sent through every path are absent from logs, status and audit', async () => {
  const lines: string[] = [];
  fixture = await BrokerFixture.start({
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  });
  const device = await fixture.device('GF3637');
  const canary = 'canary-7c1e';
  // Typed where a name belongs.
  const [name, pair, password, topic] = [generateKey(), newApiKey().key, generatePassword(), generateKey()];
  const attempts = [
    { ...device.login, password: canary },
    { clientId: 'x', username: 'nobody', password: canary },
    { clientId: 'service:api', username: 'service:api', password: canary },
    { clientId: device.id, username: device.id, password: device.key, protocolVersion: 5 as const },
    { clientId: name, username: name, password: canary },
    { clientId: 'y', username: `${device.id}:${pair}` },
    { clientId: password, username: password, password: canary },
    { ...device.login, clientId: topic },
  ];
  for (const attempt of attempts) await (await fixture.socket()).connect(attempt);
  const client = await fixture.client({ ...device.login, will: { topic: 'foreign', payload: canary } });
  await client.publish(device.topic('telemetry'), canary);
  await client.subscribe(`city/hyd/${topic}`);
  client.send({
    cmd: 'publish',
    topic: `foreign/${topic}`,
    payload: canary,
    qos: 1,
    retain: false,
    dup: false,
    messageId: 5,
  });
  await client.closes();
  const service = await fixture.service('api');
  service.sendBytes(Buffer.concat([Buffer.from([0xf0, canary.length]), Buffer.from(canary)]));
  await service.closes();
  const audit = await until(
    'the audit trail to have the last of it',
    () => fixture.registry.audit.list({ limit: 1_000 }),
    (entries) => entries.some(({ action, subject }) => action === 'mqtt.publish-denied' && subject.includes('/')),
  );
  const shown = [...lines, JSON.stringify(audit), JSON.stringify(fixture.broker.status())].join('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const secret of [canary, device.key, SERVICE_KEY, name, pair, password, topic])
    expect(shown).not.toContain(secret);
  const kept = audit.map(({ actor, subject }) => `${actor} ${subject}`).join('\n');
  for (const marked of [
    `${SECRET_LEFT_OUT} 127.0.0.1`,
    `${device.id}:${SECRET_LEFT_OUT} `,
    `foreign/${SECRET_LEFT_OUT}`,
  ])
    expect(kept).toContain(marked);
});
