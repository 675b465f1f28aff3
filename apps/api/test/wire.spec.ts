import { once } from 'node:events';
import { connect } from 'node:net';
import { until } from '#core/testing';
import { StreamRegistry } from '../src/streams/stream-registry.service.js';
import { startApi } from './harness.js';
import type { Harness } from './harness.js';

describe('requests as they are on the wire', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  /** What is answered until the server closes the connection. */
  const answerTo = async (request: string): Promise<{ status: number; type: string; body: string }> => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => undefined);
    socket.write(request);
    await once(socket, 'close');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    return {
      status: Number(head.split(' ')[1]),
      type: /^content-type: (.*)$/im.exec(head)?.[1] ?? '',
      body,
    };
  };

  it.each([
    ['is not HTTP', 'hello\r\n\r\n', 400],
    [
      'has two lengths',
      'POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
      400,
    ],
    ['has a huge header', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('a request that %s is answered with a problem', async (_name, request, status) => {
    const answer = await answerTo(request);
    expect(answer).toMatchObject({ status, type: 'application/problem+json' });
    expect(JSON.parse(answer.body)).toMatchObject({ status, code: 'bad-request', detail: expect.any(String) });
  });

  it('an expectation that nobody knows is no reason to refuse', async () => {
    const answer = await answerTo(
      'GET /health/live HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nConnection: close\r\n\r\n',
    );
    expect(answer.status).toBe(200);
  });

  it.each(['/v1/stream', '/v1/alarms/stream'])('HEAD of %s is answered, and leaves no stream open', async (path) => {
    const { status, headers } = await api.ask('HEAD', path);
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await until(
      'no stream to be open',
      () => api.app.get(StreamRegistry).size,
      (open) => open === 0,
    );
  });
});
