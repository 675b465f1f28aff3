import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AddressRefused, mayReach, postPinned } from './pinned-request.js';
import type { PinnedAnswer } from './pinned-request.js';

describe('T30 addresses', () => {
  it.each([
    ['8.8.8.8', true, true],
    ['203.80.96.10', true, true],
    ['2606:4700::1111', true, true],
    ['127.0.0.1', false, true],
    ['127.9.9.9', false, true],
    ['10.1.2.3', false, true],
    ['172.16.0.1', false, true],
    ['172.32.0.1', true, true],
    ['192.168.1.1', false, true],
    ['100.64.0.1', false, true],
    ['::1', false, true],
    ['fd00::1', false, true],
    ['0.0.0.0', false, false],
    ['169.254.169.254', false, false],
    ['224.0.0.1', false, false],
    ['255.255.255.255', false, false],
    ['::', false, false],
    ['fe80::1', false, false],
    ['fe80::1%eth0', false, false],
    ['::ffff:127.0.0.1', false, false],
    ['::ffff:7f00:1', false, false],
    ['0:0:0:0:0:ffff:a9fe:a9fe', false, false],
    ['::127.0.0.1', false, false],
    ['64:ff9b::7f00:1', false, false],
    ['2002:7f00:1::', false, false],
    ['localhost', false, false],
  ])('%s: public %p, with private ones %p', (address, open, within) => {
    expect(mayReach(address, false)).toBe(open);
    expect(mayReach(address, true)).toBe(within);
  });
});

describe('T30 requests', () => {
  let server: Server;
  let port: number;
  const seen: { host: string | undefined; body: string }[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ host: request.headers.host, body });
        if (request.url === '/redirect') response.writeHead(302, { location: 'http://169.254.169.254/' });
        else response.writeHead(200);
        response.end('x'.repeat(100_000));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => void server.close());

  const post = (
    url: string,
    allowPrivate: boolean,
    resolve?: (host: string) => Promise<readonly string[]>,
  ): Promise<PinnedAnswer> =>
    postPinned({
      url: new URL(url),
      headers: {},
      body: Buffer.from('{"a":1}'),
      allowPrivate,
      timeoutMs: 30_000,
      ...(resolve === undefined ? {} : { resolve }),
    });

  it.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://[::1]/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
  ])('refuse %s', async (url) => {
    const before = seen.length;
    await expect(post(url.replace('/', '/').replace(/\/$/, `:${port}/`), false)).rejects.toThrow(AddressRefused);
    expect(seen).toHaveLength(before);
  });

  it('go to the address that was checked, also when the name has another one a moment later', async () => {
    let asked = 0;
    const rebinding = (): Promise<string[]> => Promise.resolve(asked++ === 0 ? ['127.0.0.1'] : ['169.254.169.254']);
    const answer = await post(`http://server.example:${port}/`, true, rebinding);
    expect(asked).toBe(1);
    expect(answer.status).toBe(200);
    expect(answer.text.length).toBeLessThanOrEqual(16 * 1024);
    expect(seen.at(-1)).toEqual({ host: `server.example:${port}`, body: '{"a":1}' });
  });

  it('take a public address among private ones, and nothing when there is none', async () => {
    await expect(post('http://server.example/', false, () => Promise.resolve(['10.0.0.1', 'fd00::1']))).rejects.toThrow(
      "'server.example' is not a public address.",
    );
    await expect(post('http://server.example/', true, () => Promise.resolve(['169.254.169.254']))).rejects.toThrow(
      AddressRefused,
    );
    await expect(post('http://server.example/', true, () => Promise.resolve([]))).rejects.toThrow('has no address');
  });

  it('follow no redirect', async () => {
    const before = seen.length;
    expect((await post(`http://127.0.0.1:${port}/redirect`, true)).status).toBe(302);
    expect(seen).toHaveLength(before + 1);
  });
});
