import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecCommand } from './codec.command.js';

describe('the command codec test', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-codec-'));
  const script = join(directory, 'codec.js');
  afterAll(() => rmSync(directory, { recursive: true }));

  async function run(...args: string[]): Promise<{ output: string; exitCode: number }> {
    let output = '';
    const outcome = { exitCode: 0 };
    const command = codecCommand(outcome);
    for (const each of [command, ...command.commands])
      each
        .exitOverride()
        .configureOutput({ writeErr: (text) => (output += text), writeOut: (text) => (output += text) });
    const log = console.log;
    console.log = (text: string) => (output += `${text}\n`);
    try {
      await command.parseAsync(['test', ...args], { from: 'user' });
    } catch (error) {
      outcome.exitCode = 1;
      output += (error as Error).message;
    } finally {
      console.log = log;
    }
    return { output, ...outcome };
  }
  const encoding = (answer: string): void =>
    writeFileSync(script, `function encodeDownlink({ data }) { console.log('asked'); return ${answer}; }`);

  it('encodes a downlink as the platform would', async () => {
    encoding('{ bytes: [data.dim], fPort: 10 }');
    const { output, exitCode } = await run(script, '--downlink', '{"dim": 60}');
    expect(exitCode).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ output: { bytes: [60], fPort: 10 }, logs: ['asked'], rejections: [] });
  });

  it.each([
    ['{ bytes: [300], fPort: 10 }', /no bytes that fit into a frame/],
    ['{ bytes: [1], fPort: 0 }', /a port that is none/],
    ['{ bytes: new Array(300).fill(1), fPort: 1 }', /no bytes that fit into a frame/],
    ['{ errors: ["not dimmable"] }', /not dimmable/],
    ['{}', /no bytes that fit into a frame/],
  ])('fails a downlink that the platform would refuse: %s', async (answer, expected) => {
    encoding(answer);
    const { output, exitCode } = await run(script, '--downlink', '{"dim": 60}');
    expect(exitCode).toBe(1);
    expect((JSON.parse(output) as { rejections: { detail: string }[] }).rejections[0]!.detail).toMatch(expected);
  });

  it('wants an object for a downlink', async () => {
    encoding('{ bytes: [1], fPort: 1 }');
    for (const text of ['60', '[1]', 'null', '{'])
      expect(await run(script, '--downlink', text)).toMatchObject({
        exitCode: 1,
        output: expect.stringMatching(/object/),
      });
  });

  it('takes the time of receipt with an offset only: nobody knows which zone another one is of', async () => {
    writeFileSync(script, 'function decodeUplink({ recvTime }) { return { data: { at: recvTime.toISOString() } }; }');
    const decoded = await run(script, '00', '--time', '2026-05-01T08:00:00+08:00');
    expect(decoded).toMatchObject({ exitCode: 0, output: expect.stringMatching(/"2026-05-01T00:00:00.000Z"/) });
    expect(await run(script, '00', '--time', '2026-05-01T08:00:00')).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/offset/),
    });
  });
});
