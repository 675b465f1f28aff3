import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { main } from './main.js';

describe('the command line', () => {
  const asked: { method: string; path: string; body: unknown }[] = [];
  let answers: { status: number; body: unknown }[] = [];
  const api = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      asked.push({ method: request.method!, path: request.url!, body: text === '' ? null : JSON.parse(text) });
      const { status, body } = answers.shift()!;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  const before = { ...process.env };

  beforeAll(async () => {
    await once(api.listen(0, '127.0.0.1'), 'listening');
    process.env['LAMPLIGHTER_API_URL'] = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    process.env['LAMPLIGHTER_API_KEY'] = 'key';
  });
  afterAll(() => {
    process.env = before;
    api.closeAllConnections();
    api.close();
  });
  beforeEach(() => void (asked.length = 0));

  async function run(...args: string[]): Promise<{ exitCode: number; said: string }> {
    const said: unknown[] = [];
    const { log, error } = console;
    console.log = console.error = (text: unknown) => void said.push(text);
    try {
      return { exitCode: await main(args), said: said.join('\n') };
    } finally {
      Object.assign(console, { log, error });
    }
  }

  it('tells every fault of a request with its place', async () => {
    const errors = [
      { pointer: '/department', detail: 'Department is missing.' },
      { pointer: '/kind', detail: 'There is no such kind.' },
    ];
    answers = [{ status: 400, body: { title: 'Bad', detail: errors[0]!.detail, pointer: '/department', errors } }];
    const { exitCode, said } = await run('device', 'add', 'LP-1', '--kind', 'lamp');
    expect(exitCode).toBe(1);
    expect(said.split('\n').slice(2)).toEqual([
      '  /department Department is missing.',
      '  /kind There is no such kind.',
    ]);
  });

  it('tells what a problem says beside its list, and how much of a long list is left out', async () => {
    const errors = Array.from({ length: 23 }, (_, row) => ({ pointer: `/${row}`, detail: 'differs' }));
    answers = [{ status: 422, body: { title: 'Fails', detail: '23 examples fail.', errors } }];
    const { said } = await run('device', 'show', 'LP-1');
    expect(said).toMatch(/Fails\n {2}23 examples fail\.\n {2}\/0 differs\n/);
    expect(said).toMatch(/\/19 differs\n {2}and 3 more$/);
  });

  it('changes the tags that are named and keeps the others', async () => {
    const tags = { street: 'Yue Man Square', feeder: 'J2', old: 'x' };
    answers = [
      { status: 200, body: { id: 'LP-1', tags } },
      { status: 200, body: { id: 'LP-1' } },
    ];
    await run('device', 'set', 'LP-1', '--interval', '30s', '--tag', 'feeder=K12', '--tag', 'old=');
    expect(asked[1]).toEqual({
      method: 'PATCH',
      path: '/v1/devices/LP-1',
      body: { intervalMs: 30_000, tags: { street: 'Yue Man Square', feeder: 'K12' } },
    });
  });

  it('gives a network server that is there an address for downlinks', async () => {
    answers = [{ status: 200, body: { id: 'tts' } }];
    await run('network-server', 'set', 'tts', '--downlink-url', 'https://example.org/{device}');
    expect(asked).toEqual([
      { method: 'PATCH', path: '/v1/network-servers/tts', body: { downlink: { url: 'https://example.org/{device}' } } },
    ]);
  });

  it.each([
    ['a folder for a file', ['device', 'import', tmpdir()], 'A folder was named where a file is needed.'],
    [
      'a recording that is none',
      ['replay', 'package.json', '--device', 'LP-1', '--password', 'x'],
      'line 1: the header needs the columns time and device',
    ],
  ])('says in one line what is wrong with %s', async (_name, args, said) => {
    expect(await run(...args)).toEqual({ exitCode: 1, said });
  });

  it('says in one line which file is missing', async () => {
    expect(await run('device', 'import', 'nowhere.csv')).toEqual({
      exitCode: 1,
      said: "There is no file 'nowhere.csv'.",
    });
  });
});
