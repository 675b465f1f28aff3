import { afterAll, describe, expect, it } from '@jest/globals';
import { PATIENCE_MS } from '#core/testing';
import { encodeDownlink } from './encode-downlink.js';
import { ScriptPool } from './sandbox/script-pool.js';

describe('encodeDownlink', () => {
  const pool = new ScriptPool({ policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } });
  afterAll(() => pool.close());
  const encode = (body: string, data: Record<string, unknown> = { dim: 60 }): ReturnType<typeof encodeDownlink> =>
    encodeDownlink(pool, { revision: body, source: `function encodeDownlink(input) { ${body} }` }, data);

  it('gives the bytes and the port of the script', async () => {
    expect(await encode('return { bytes: [10, input.data.dim], fPort: 12, warnings: ["dim is slow"] };')).toEqual({
      bytes: Uint8Array.of(10, 60),
      fPort: 12,
      warnings: ['dim is slow'],
    });
    expect(await encode('return { bytes: [] };')).toEqual({ bytes: new Uint8Array(), fPort: null, warnings: [] });
  });

  it('calls a script of the time before TS013 with the port', async () => {
    const script = { revision: 'old', source: 'function Encode(fPort, obj) { return [fPort, obj.dim]; }' };
    expect(await encodeDownlink(pool, script, { dim: 5 }, 7)).toMatchObject({ bytes: Uint8Array.of(7, 5), fPort: 7 });
  });

  it('passes on what the script has against it', async () => {
    expect(await encode('return { bytes: [1], fPort: 1, errors: ["dim must be 0 to 100"] };')).toMatchObject({
      rejections: [{ code: 'codec-errors', detail: 'dim must be 0 to 100' }],
    });
  });

  it.each([
    ['return {};', '/bytes'],
    ['return { bytes: "AQ==" };', '/bytes'],
    ['return { bytes: [256] };', '/bytes'],
    ['return { bytes: [1.5] };', '/bytes'],
    ['return { bytes: new Array(243).fill(0) };', '/bytes'],
    ['return { bytes: [1], fPort: 0 };', '/fPort'],
    ['return { bytes: [1], fPort: "1" };', '/fPort'],
  ])('refuses what does not fit into a frame: %s', async (body, pointer) => {
    expect(await encode(body)).toMatchObject({ rejections: [{ code: 'codec-output', pointer }] });
  });

  it('T27 ends a script that does not', async () => {
    expect(await encode('for (;;) {}')).toMatchObject({ rejections: [{ code: 'codec-timeout' }] });
  });

  it('refuses a script without the function', async () => {
    const script = { revision: 'none', source: 'function decodeUplink() { return { data: {} }; }' };
    expect(await encodeDownlink(pool, script, {})).toMatchObject({
      rejections: [{ code: expect.stringMatching(/^codec-/) as unknown }],
    });
  });
});
