import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { generateKey, generatePassword, newApiKey, SECRET_LEFT_OUT } from '#identity';
import { ADMIN, basic, PASSWORD, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('authentication', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  it('takes the administrator by password, and nobody without one', async () => {
    expect((await api.ask('GET', '/v1/kinds')).status).toBe(200);
    const nobody = await api.ask('GET', '/v1/kinds', { as: '' });
    expect(nobody.status).toBe(401);
    expect(nobody.headers['www-authenticate']).toContain('Basic');
    expect((await api.ask('GET', '/v1/kinds', { as: basic('admin', 'wrong') })).status).toBe(401);
    expect((await api.ask('GET', '/v1/kinds', { as: basic('nobody', PASSWORD) })).status).toBe(401);
    expect((await api.ask('GET', '/v1/kinds', { as: 'Digest x' })).status).toBe(401);
  });

  it('does not make a browser ask for a password when a script of a page is refused', async () => {
    const answer = await api.ask('GET', '/v1/kinds', { as: '', headers: { 'sec-fetch-mode': 'cors' } });
    expect(answer.headers['www-authenticate']).not.toContain('Basic');
  });

  it('gives keys a role and departments, and takes them back', async () => {
    const viewer = await keyFor(api, 'viewer', ['hyd']);
    expect((await api.ask('GET', '/v1/devices', { as: viewer })).status).toBe(200);
    const refused = await api.ask('POST', '/v1/devices', { as: viewer, body: {} });
    expect(refused.status).toBe(403);
    expect(refused.body.code).toBe('forbidden');
    const { body } = await api.ask('GET', '/v1/session', { as: viewer });
    expect(body).toMatchObject({ role: 'viewer', departments: ['hyd'] });
    const id = viewer.split('_')[1]!;
    expect((await api.ask('GET', '/v1/api-keys')).text).not.toContain(viewer.slice('Bearer '.length));
    expect((await api.ask('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    expect((await api.ask('GET', '/v1/devices', { as: viewer })).status).toBe(401);
  });

  it('refuses a key that has expired', async () => {
    const { secret, id, key } = newApiKey();
    const { hashKey } = await import('#identity');
    const keyHash = hashKey(api.settings.pepper, secret);
    await api.registry.accounts.createKey({
      id,
      name: 'old',
      keyHash,
      role: 'admin',
      departments: null,
      expiresAt: Date.now() - 1,
    });
    expect((await api.ask('GET', '/v1/kinds', { as: `Bearer ${key}` })).status).toBe(401);
  });

  it('lets an administrator of a department give away no more than that', async () => {
    const admin = await keyFor(api, 'admin', ['hyd']);
    const wider = { name: 'x', role: 'viewer', departments: ['hyd', 'epd'] };
    expect((await api.ask('POST', '/v1/api-keys', { as: admin, body: wider })).status).toBe(403);
    expect((await api.ask('POST', '/v1/api-keys', { as: admin, body: { name: 'x', role: 'viewer' } })).status).toBe(
      403,
    );
    expect(
      (await api.ask('POST', '/v1/api-keys', { as: admin, body: { ...wider, departments: ['hyd'] } })).status,
    ).toBe(201);
    expect((await api.ask('GET', '/v1/audit', { as: admin })).status).toBe(403);
    expect((await api.ask('GET', '/v1/accounts/admin', { as: admin })).status).toBe(404);
  });

  it('has accounts with passwords of their own', async () => {
    const made = await api.ask('PUT', '/v1/accounts/chan', {
      body: { password: 'a long enough one', role: 'operator', departments: ['hyd'] },
    });
    expect(made.body).toMatchObject({ username: 'chan', role: 'operator', departments: ['hyd'] });
    expect((await api.ask('GET', '/v1/session', { as: basic('chan', 'a long enough one') })).body.role).toBe(
      'operator',
    );
    await api.ask('PUT', '/v1/accounts/chan', { body: { password: 'quite another one', role: 'viewer' } });
    expect((await api.ask('GET', '/v1/session', { as: basic('chan', 'a long enough one') })).status).toBe(401);
    expect((await api.ask('PUT', '/v1/accounts/chan', { body: { password: 'short', role: 'viewer' } })).status).toBe(
      400,
    );
    expect(
      (await api.ask('PUT', '/v1/accounts/admin', { body: { password: 'not this way, no', role: 'viewer' } })).status,
    ).toBe(403);
  });

  describe('T32 tokens that are not ours', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const claims = encode({ sub: 'admin', role: 'admin', exp: 4_102_444_800 });
    const none = `${encode({ alg: 'none' })}.${claims}.`;
    const input = `${encode({ alg: 'RS256' })}.${claims}`;
    const rs = `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
    const confused = `${encode({ alg: 'HS256' })}.${claims}`;
    const publicPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const hs = `${confused}.${createHmac('sha256', publicPem).update(confused).digest('base64url')}`;
    const expired = `${encode({ alg: 'HS256' })}.${encode({ sub: 'admin', exp: 1 })}.x`;
    it.each([
      ['alg none', none],
      ['RS256 of an unknown key', rs],
      ['HS256 with a public key as the secret', hs],
      ['expired', expired],
      ['a session cookie as a bearer', 'eyJ1c2VybmFtZSI6ImFkbWluIn0.AAAA'],
    ])('T32 %s -> 401', async (_name, token) => {
      const answer = await api.ask('GET', '/v1/kinds', { as: `Bearer ${token}` });
      expect(answer.status).toBe(401);
      expect(answer.body.code).toBe('unauthenticated');
    });
  });
});

describe('T33 guessing', () => {
  let api: Harness;
  beforeEach(async () => {
    // Guesses are forgiven with time, of which a slow host takes much.
    api = await startApi({ clock: { now: () => Date.now(), monotonic: () => 0 } });
  });
  afterEach(() => api.close());

  it('T33 API keys: 429 with Retry-After, an audit entry, and the right key still works', async () => {
    const right = await keyFor(api, 'viewer', null);
    const answers = [];
    for (let i = 0; i < 40; i++) answers.push(await api.ask('GET', '/v1/kinds', { as: `Bearer ${newApiKey().key}` }));
    expect(answers[0]!.status).toBe(401);
    const last = answers.at(-1)!;
    expect(last.status).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    expect(last.body.code).toBe('too-many-requests');
    const entries = await api.registry.audit.list({ actor: 'anonymous', limit: 100 });
    expect(entries.map(({ action }) => action)).toContain('authentication-throttled');
    // Bounded: what is blocked is not written down any more.
    expect(entries.length).toBeLessThanOrEqual(30);
    expect((await api.ask('GET', '/v1/kinds', { as: right })).status).toBe(200);
  });

  it('T33 passwords: the name is blocked, also for the right password, but who was in stays in', async () => {
    await api.ask('PUT', '/v1/accounts/chan', { body: { password: 'a long enough one', role: 'viewer' } });
    for (let i = 0; i < 10; i++)
      expect((await api.ask('GET', '/v1/kinds', { as: basic('chan', `guess ${i}`) })).status).toBe(401);
    expect((await api.ask('GET', '/v1/kinds', { as: basic('chan', 'guess 11') })).status).toBe(429);
    expect((await api.ask('GET', '/v1/kinds', { as: basic('chan', 'a long enough one') })).status).toBe(429);
    expect((await api.ask('GET', '/v1/kinds', { as: ADMIN })).status).toBe(200);
  });

  it('T33 nothing of a guess is kept', async () => {
    await api.ask('GET', '/v1/kinds', { as: basic('chan', 'hunter2-canary') });
    const entries = await api.registry.audit.list({ limit: 100 });
    expect(JSON.stringify(entries)).not.toContain('hunter2-canary');
  });

  it('T37 a secret that is typed where a name belongs is not kept, whatever the way', async () => {
    const secrets = [generateKey(), newApiKey().key, generatePassword(), generateKey(), generateKey(), generateKey()];
    const [name, pair, user, device, other, server] = secrets as [string, string, string, string, string, string];
    const ask = (path: string, options: Parameters<Harness['ask']>[2]) => api.ask('POST', path, options);
    const answers = [
      await api.ask('GET', '/v1/kinds', { as: basic(name, 'x') }),
      await api.ask('GET', '/v1/kinds', { as: basic(`Bearer ${pair}`, 'x') }),
      await ask('/v1/session', { as: '', body: { username: user, password: 'x' } }),
      await ask('/v1/telemetry', { as: basic(device, 'GF3637'), body: {} }),
      await ask('/v1/telemetry', { as: `Bearer ${generateKey()}`, headers: { 'x-device-id': other }, body: {} }),
      await ask('/v1/uplinks', { as: basic(server, 'gwin'), body: {} }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(secrets.map(() => 401));
    const entries = await api.registry.audit.list({ actor: 'anonymous', limit: 100 });
    expect(entries.map(({ subject }) => subject).reverse()).toEqual(
      ['?', 'Bearer ?', '?', '?', '?', '?'].map((kept) => kept.replace('?', SECRET_LEFT_OUT)),
    );
    for (const secret of secrets) expect(JSON.stringify(entries)).not.toContain(secret);
  });
});
