import { PASSWORD, startApi } from './harness.js';
import type { Answer, Harness } from './harness.js';
import { lamppost } from './harness.js';

const cookieOf = (answer: Answer): string => (answer.headers['set-cookie'] as string[])[0]!;

describe('sessions of the console', () => {
  let api: Harness;
  let cookie: string;
  beforeAll(async () => {
    api = await startApi();
    const answer = await api.ask('POST', '/v1/session', { as: '', body: { username: 'admin', password: PASSWORD } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ username: 'admin', role: 'admin', departments: null });
    cookie = cookieOf(answer);
  });
  afterAll(() => api.close());

  const withCookie = (more: Record<string, string> = {}) => ({
    as: '',
    headers: { cookie: cookie.split(';')[0]!, ...more },
  });

  it('keeps the session in a cookie that scripts and other sites do not get', () => {
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect(cookie).not.toMatch(/; Secure/);
  });

  it('refuses a wrong password without a cookie', async () => {
    const answer = await api.ask('POST', '/v1/session', { as: '', body: { username: 'admin', password: 'wrong' } });
    expect(answer.status).toBe(401);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('says who is signed in', async () => {
    const { body } = await api.ask('GET', '/v1/session', withCookie());
    expect(body).toMatchObject({ username: 'admin', expiresAt: expect.stringMatching(/Z$/) });
  });

  it.each([
    ['no header of ours', {}, 403],
    ['the origin of another site', { origin: 'https://evil.example', 'x-lamplighter-request': '1' }, 403],
    ['fetch metadata of another site', { 'sec-fetch-site': 'cross-site', 'x-lamplighter-request': '1' }, 403],
    ['an opaque origin', { origin: 'null' }, 403],
    ['the header of the console', { 'x-lamplighter-request': '1' }, 201],
    ['fetch metadata of the same origin', { 'sec-fetch-site': 'same-origin' }, 201],
  ])('a write with the cookie and %s', async (name, headers, status) => {
    const ask = withCookie(headers);
    const answer = await api.ask('POST', '/v1/devices', { ...ask, body: lamppost(`S${name.length}`) });
    expect(answer.status).toBe(status);
  });

  it('refuses a session that was forged or changed', async () => {
    const [name, value] = cookie.split(';')[0]!.split('=') as [string, string];
    const [body, mac] = value.split('.') as [string, string];
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const longer = Buffer.from(JSON.stringify({ ...claims, expiresAt: 9e15 })).toString('base64url');
    for (const forged of [`${longer}.${mac}`, `${body}.`, `${body}`, 'x.y', `${body}.${mac}x`]) {
      expect((await api.ask('GET', '/v1/session', { as: '', headers: { cookie: `${name}=${forged}` } })).status).toBe(
        401,
      );
    }
  });

  it('does not lock an ended session out of the page and the sign-in', async () => {
    const stale = { as: '', headers: { cookie: 'lamplighter_session=stale.stale' } };
    expect((await api.ask('GET', '/health/live', stale)).status).toBe(200);
    expect(
      (await api.ask('POST', '/v1/session', { ...stale, body: { username: 'admin', password: PASSWORD } })).status,
    ).toBe(200);
  });

  it('ends with a new password', async () => {
    await api.ask('PUT', '/v1/accounts/lee', { body: { password: 'a long enough one', role: 'viewer' } });
    const opened = await api.ask('POST', '/v1/session', {
      as: '',
      body: { username: 'lee', password: 'a long enough one' },
    });
    const headers = { cookie: cookieOf(opened).split(';')[0]! };
    expect((await api.ask('GET', '/v1/session', { as: '', headers })).status).toBe(200);
    await api.ask('PUT', '/v1/accounts/lee', { body: { password: 'quite another one', role: 'viewer' } });
    expect((await api.ask('GET', '/v1/session', { as: '', headers })).status).toBe(401);
  });

  it('ends at sign-out, for good, also at another process of the same city', async () => {
    const { registry, store, journal, feed, settings } = api;
    const other = await startApi({ engines: { registry, store, journal, feed }, settings });
    expect((await other.ask('GET', '/v1/session', withCookie())).status).toBe(200);
    const out = await api.ask('DELETE', '/v1/session', withCookie({ 'x-lamplighter-request': '1' }));
    expect(out.status).toBe(204);
    expect(cookieOf(out)).toContain('Max-Age=0');
    expect((await api.ask('GET', '/v1/session', withCookie())).status).toBe(401);
    expect((await other.ask('GET', '/v1/session', withCookie())).status).toBe(401);
    await other.close();
  });
});
