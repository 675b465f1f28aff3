import { PATIENCE_MS } from '#core/testing';
import { ScriptPool } from '../script-pool.js';
import type { CallOutput } from '../protocol.js';

/** What is evaluated in the sandbox and by Node itself; both must agree. */
const EXPRESSIONS = [
  `Buffer.from('48656c6c6f', 'hex').toString()`,
  `Buffer.from('4865zz', 'hex').length`,
  `Buffer.from('SGk_', 'base64').toString('hex')`,
  `Buffer.from('aGk=', 'base64').toString('latin1')`,
  `Buffer.from('h\\u00e9\\u4e2d\\u{1f600}').toString('hex')`,
  `Buffer.from([0xe4, 0xb8, 0xad, 0xff, 0x41]).toString()`,
  `Buffer.from([1, 2, 256, -1]).toString('hex')`,
  `Buffer.from([1.9, -1.5, '7', NaN, undefined, , 300, Infinity]).toString('hex')`,
  `(() => { try { return Buffer.from([1n]).length; } catch (e) { return e.name; } })()`,
  `Buffer.from([250, 251, 252]).toString('base64')`,
  `Buffer.from([250, 251, 252]).toString('base64url')`,
  `Buffer.from([200, 65]).toString('ascii')`,
  `Buffer.from('abc').equals(Buffer.from([97, 98, 99]))`,
  `Buffer.concat([Buffer.from([1]), Buffer.from([2, 3])]).toString('hex')`,
  `Buffer.concat([Buffer.from([1, 2]), Buffer.from([3])], 2).toString('hex')`,
  `Buffer.alloc(4, 'ab').toString()`,
  `Buffer.alloc(3, 7).readUIntBE(0, 3)`,
  `Buffer.byteLength('\\u4e2d')`,
  `Buffer.isBuffer(Buffer.alloc(1)) && !Buffer.isBuffer(new Uint8Array(1))`,
  `Buffer.compare(Buffer.from([1]), Buffer.from([1, 2]))`,
  `JSON.stringify(Buffer.from([1, 2]))`,
  `Buffer.from(JSON.parse('{"type":"Buffer","data":[5,6]}')).toString('hex')`,
  `Buffer.from([1, 2, 3, 4]).slice(1, 3).toString('hex')`,
  `Buffer.from([1, 2, 3, 4]).subarray(-2).toString('hex')`,
  `(() => { const b = Buffer.from([1, 2]); b.slice(0, 1)[0] = 9; return b[0]; })()`,
  `Buffer.from([0xff, 0xfe, 0x80, 0]).readInt16BE(0)`,
  `Buffer.from([0xff, 0xfe, 0x80, 0]).readInt16LE(2)`,
  `Buffer.from([0xff, 0xfe, 0x80, 0]).readUInt32LE()`,
  `Buffer.from([0xff, 0xfe, 0x80, 0]).readUint32BE(0)`,
  `Buffer.from([0xff, 0xfe, 0x80]).readIntBE(0, 3)`,
  `Buffer.from([0xff, 0xfe, 0x80]).readIntLE(0, 3)`,
  `Buffer.from([1, 2, 3, 4, 5, 6]).readUIntLE(0, 6)`,
  `Buffer.from([0x41, 0xc8, 0, 0]).readFloatBE(0)`,
  `Buffer.from([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]).readDoubleLE(0)`,
  `String(Buffer.from([255, 255, 255, 255, 255, 255, 255, 254]).readBigInt64BE(0))`,
  `(() => { const b = Buffer.alloc(12); b.writeInt16BE(-2, 0); b.writeUInt32LE(7, 2); b.writeFloatBE(1.5, 6); b.writeUInt8(9, 10); return b.toString('hex'); })()`,
  `(() => { const b = Buffer.alloc(6); b.writeIntBE(-300, 0, 3); b.writeUIntLE(70000, 3, 3); return b.toString('hex'); })()`,
  `(() => { const b = Buffer.alloc(5); return [b.write('hi', 1), b.toString('hex')]; })()`,
  `Buffer.from([1, 2, 3, 4, 5]).subarray(1, 4).readUInt16BE(1)`,
  `(() => { const b = Buffer.alloc(4); b.readUInt8(0); b[2] = 7; b.subarray(3)[0] = 8; return b.readUInt32BE(0); })()`,
  `(() => { try { return Buffer.from([1, 2, 3]).subarray(0, 2).readUInt16BE(1); } catch (e) { return e.name; } })()`,
  `(() => { const b = Buffer.alloc(3); b.writeUIntLE(70000, 0, 3); b.writeIntBE(-5, 1, 2); return b.toString('hex'); })()`,
  `Object.keys(Buffer.from([1, 2])).join() + ('view' in new Uint8Array(1))`,
  `Buffer.from([1, 2, 3, 4]).swap16().toString('hex')`,
  `Buffer.from('hello').indexOf('ll')`,
  `Buffer.from('hello').includes('x')`,
  `(() => { const t = Buffer.alloc(3); return [Buffer.from([1, 2, 3]).copy(t, 1, 1), t.toString('hex')]; })()`,
  `Array.from(Buffer.from([1, 2]).map((b) => b * 2))`,
  `btoa('\\u00ff\\u0000a')`,
  `atob('/wBh')`,
  `new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa9]))`,
  `new TextDecoder('latin1').decode(new Uint8Array([0xe9]))`,
  `Array.from(new TextEncoder().encode('\\u00e9\\ud800'))`,
  `(() => { try { Buffer.from([1]).readUInt16BE(0); return 'read'; } catch (e) { return e.name; } })()`,
];

describe('the globals that network servers offer', () => {
  let pool: ScriptPool;
  beforeAll(() => (pool = new ScriptPool({ policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } })));
  afterAll(() => pool.close());

  it.each(EXPRESSIONS)('%s is what it is in Node', async (expression) => {
    const source = `function decodeUplink() { return { data: { is: ${expression} } }; }`;
    const [answer] = await pool.run({ revision: expression, source }, [{ fn: 'decodeUplink', input: '{}' }]);
    const { is } = (JSON.parse(answer as string) as CallOutput).output.data as { is: unknown };
    expect(is).toEqual(new Function(`return ${expression}`)());
  });
});
