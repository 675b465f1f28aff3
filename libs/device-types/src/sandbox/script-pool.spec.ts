import { setEnvironmentData } from 'node:worker_threads';
import { msOf, PATIENCE_MS, quickest } from '#core/testing';
import { ScriptPool } from './script-pool.js';
import type { CallAnswer, CallOutput, ScriptCall } from './protocol.js';

const uplink = (bytes: number[], fPort = 2): ScriptCall => ({
  fn: 'decodeUplink',
  input: JSON.stringify({ bytes, fPort, recvTime: 1_700_000_000_000, variables: {} }),
});

const numbers = (bytes: number[], fPort = 2): ScriptCall => ({
  fn: 'decodeUplink',
  input: [fPort, 1_700_000_000_000, ...bytes],
});

const script = (source: string) => ({ revision: source, source });

const dataOf = (answer: CallAnswer | undefined): unknown =>
  typeof answer === 'string' ? (JSON.parse(answer) as CallOutput).output.data : answer;

/** Decodes its first byte, unless that is 255: then it does what the test says. */
const except = (otherwise: string): string =>
  `function decodeUplink(input) { if (input.bytes[0] === 255) { ${otherwise} } return { data: { first: input.bytes[0] } }; }`;

describe('the sandbox', () => {
  let pool: ScriptPool;
  beforeAll(() => (pool = new ScriptPool({ policy: { workers: 1, strikes: 1_000, starvedPatienceMs: PATIENCE_MS } })));
  afterAll(() => pool.close());

  const run = async (source: string, ...bytes: number[]): Promise<unknown> =>
    dataOf((await pool.run(script(source), [uplink(bytes)]))[0]);

  it('gives bytes as a plain array, the port, and the time of receipt as a Date', async () => {
    const source = `function decodeUplink(input) {
      return { data: { array: Array.isArray(input.bytes), sum: input.bytes[0] + input.bytes[1], port: input.fPort, iso: input.recvTime.toISOString() } };
    }`;
    expect(await run(source, 3, 4)).toEqual({ array: true, sum: 7, port: 2, iso: '2023-11-14T22:13:20.000Z' });
  });

  it('gives an uplink that comes as numbers as one that comes as text', async () => {
    const source = `function decodeUplink(i) {
      return { data: { keys: Object.keys(i), array: Array.isArray(i.bytes), bytes: i.bytes, port: i.fPort, iso: i.recvTime.toISOString(), variables: i.variables } };
    }`;
    const bytes = [[], [0, 127, 128, 255], Array.from({ length: 255 }, (_, at) => at)];
    const calls = bytes.flatMap((each, at) => [uplink(each, at + 1), numbers(each, at + 1)]);
    const answers = (await pool.run(script(source), calls)).map(dataOf) as { bytes: number[] }[];
    expect(answers.map((answer) => answer.bytes)).toEqual(bytes.flatMap((each) => [each, each]));
    for (let at = 0; at < answers.length; at += 2) expect(answers[at + 1]).toEqual(answers[at]);
  });

  it('finds the uplinks of a batch again when a script was stopped half-way', async () => {
    const calls = [[1], [2, 3], [255], [4, 5, 6], [], [7]].map((bytes) => numbers(bytes));
    const answers = await pool.run(script(except('for (;;) {}')), [...calls, uplink([8])]);
    const first = [1, 2, 'stopped', 4, undefined, 7, 8];
    expect(answers.map((answer, at) => (at === 2 ? 'stopped' : (dataOf(answer) as { first?: number }).first))).toEqual(
      first,
    );
    expect(answers[2]).toMatchObject({ code: 'codec-timeout' });
  });

  it.each([
    ['module.exports', 'module.exports = { decodeUplink: function () { return { data: { ok: 1 } }; } };'],
    ['exports', 'exports.decodeUplink = function () { return { data: { ok: 1 } }; };'],
    ['let', 'let decodeUplink = () => ({ data: { ok: 1 } })'],
    [
      'strict mode',
      '"use strict"; function decodeUplink() { return { data: { ok: 1 } }; } // no line break at the end',
    ],
    ['The Things Network v2', 'function Decoder(bytes, port) { return { ok: bytes[0] + port - 8 }; }'],
    ['ChirpStack v3', 'function Decode(fPort, bytes, variables) { return { ok: bytes[0] + fPort - 8 }; }'],
    [
      'a name that the sandbox uses too',
      'const exports = 1; const Buffer = 2; function decodeUplink() { return { data: { ok: 1 } }; }',
    ],
  ])('understands a script that defines its function by %s', async (_name, source) => {
    expect(await run(source, 7)).toEqual({ ok: 1 });
  });

  it('starts the variables of a script afresh for every payload', async () => {
    const source = `var seen = []; let count = 0;
      function decodeUplink(input) { seen.push(input.bytes[0]); count++; leaked = (typeof leaked === 'undefined' ? 0 : leaked) + 1; return { data: { seen, count, leaked } }; }`;
    const answers = await pool.run(script(source), [uplink([1]), uplink([2])]);
    expect(answers.map(dataOf)).toEqual([
      { seen: [1], count: 1, leaked: 1 },
      { seen: [2], count: 1, leaked: 1 },
    ]);
  });

  it.each([
    ['a global of the language', 'Math = 5', 'typeof Math', 'object'],
    ['a global of the sandbox', 'Buffer = 5', 'typeof Buffer', 'function'],
    ['the console', 'console = 5', 'typeof console.log', 'function'],
    [
      'what a module exports',
      'module.exports.kept = 5; exports.kept = 5',
      'module.exports.kept + "," + exports.kept',
      'undefined,undefined',
    ],
    [
      'a hidden member',
      'Object.defineProperty(globalThis, "kept", { value: 5, configurable: true })',
      'typeof kept',
      'undefined',
    ],
    ['a symbol', 'globalThis[Symbol.for("kept")] = 5', 'typeof globalThis[Symbol.for("kept")]', 'undefined'],
    ['a number', 'globalThis[0] = 5', 'typeof globalThis[0]', 'undefined'],
  ])('takes away what a script left in the global object: %s', async (_name, leave, look, expected) => {
    const source = `function decodeUplink(input) { const is = ${look}; ${leave}; return { data: { is } }; }`;
    const answers = await pool.run(script(source), [uplink([1]), uplink([2])]);
    expect(answers.map(dataOf)).toEqual([{ is: expected }, { is: expected }]);
  });

  it('offers nothing of the host', async () => {
    const source = `function decodeUplink() {
      const found = {};
      const names = [];
      for (let at = globalThis; at !== null; at = Object.getPrototypeOf(at)) names.push(...Object.getOwnPropertyNames(at));
      for (const name of ['process', 'require', 'global', 'fetch', 'setTimeout', 'Worker', 'WebAssembly', 'os', 'std', 'postMessage'])
        found[name] = typeof globalThis[name];
      return { data: { found, own: names.filter((name) => /^(q|lamp|host|call|sandbox)/i.test(name)),
        escape: typeof (function () { return this; }).constructor('return this')().process } };
    }`;
    const { found, own, escape } = (await run(source)) as {
      found: Record<string, string>;
      own: string[];
      escape: string;
    };
    expect(new Set(Object.values(found))).toEqual(new Set(['undefined']));
    expect(own).toEqual(['queueMicrotask'].filter((name) => own.includes(name)));
    expect(escape).toBe('undefined');
  });

  it('T12 __proto__ in an output changes no object of the host', async () => {
    const source = `function decodeUplink() { return { data: JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') }; }`;
    await run(source);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('a script that changes its built-ins changes nothing for others, nor how its answers are read', async () => {
    const changed = `JSON.stringify = () => 'x'; Object.prototype.toJSON = function () { return null; };
      function decodeUplink() { return { data: {} }; }`;
    await pool.run(script(changed), [uplink([1])]);
    expect(await run('function decodeUplink(i) { return { data: { first: i.bytes[0] } }; }', 9)).toEqual({ first: 9 });
  });

  it.each(['undefined', '{ toJSON: 1 }', '"\\u0000"', 'Symbol()'])(
    'an answer can be read whatever a script makes of JSON: toJSON gives %s',
    async (given) => {
      const changed = `Object.prototype.toJSON = function () { return ${given}; };
        String.prototype.slice = String.prototype.concat = Array.prototype.join = function () { return '"}'; };`;
      const ends = ['return { data: { a: 1 } };', 'return 5;', 'throw new Error("x".repeat(1000));'];
      for (const end of ends) {
        const [answer] = await pool.run(script(`${changed} function decodeUplink() { ${end} }`), [uplink([1])]);
        const read = typeof answer === 'string' ? (JSON.parse(answer) as CallOutput).output : answer;
        expect(read).toEqual(expect.any(Object));
      }
    },
  );

  it('runs in UTC, wherever the host is', async () => {
    const before = process.env.TZ;
    process.env.TZ = 'Asia/Hong_Kong';
    const elsewhere = new ScriptPool({ policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } });
    try {
      const source = `function decodeUplink(i) {
        return { data: { offset: new Date(0).getTimezoneOffset(), hour: i.recvTime.getHours(), made: new Date(2024, 0, 1).toISOString() } };
      }`;
      const [answer] = await elsewhere.run(script(source), [uplink([1])]);
      expect(dataOf(answer)).toEqual({ offset: 0, hour: 22, made: '2024-01-01T00:00:00.000Z' });
    } finally {
      await elsewhere.close();
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  it('keeps the console for those who ask', async () => {
    const call = { ...uplink([1]), logs: true };
    const [answer] = await pool.run(
      script('function decodeUplink(i) { console.log("got", i.bytes); return { data: {} }; }'),
      [call],
    );
    expect((JSON.parse(answer as string) as CallOutput).logs).toEqual(['got [1]']);
  });

  it.each([
    ['a syntax error', 'function (', 'codec-failed', /^SyntaxError/],
    [
      'an exception',
      '\nfunction decodeUplink() {\n throw new Error("bad frame"); }',
      'codec-failed',
      /^Error: bad frame \(line 3\)$/,
    ],
    ['recursion without end', 'function decodeUplink() { return decodeUplink(); }', 'codec-failed', /stack overflow/],
    ['no function', 'var x = 1;', 'codec-failed', /defines no function decodeUplink/],
    ['a promise', 'async function decodeUplink() { return { data: {} }; }', 'codec-output', /not a promise/],
    ['a number', 'function decodeUplink() { return 5; }', 'codec-output', /must return an object/],
    [
      'a cycle',
      'function decodeUplink() { const data = {}; data.data = data; return { data }; }',
      'codec-failed',
      /circular/,
    ],
    ['too much text', 'function decodeUplink() { return { data: { a: "x".repeat(1e5) } }; }', 'codec-output', /65536/],
  ])('says what is wrong with %s', async (_name, source, code, detail) => {
    expect(await run(source, 1)).toEqual({ code, detail: expect.stringMatching(detail) as string });
  });

  it('runs a downlink through the encoder', async () => {
    const call: ScriptCall = {
      fn: 'encodeDownlink',
      input: JSON.stringify({ data: { on: true }, fPort: 5, variables: {} }),
    };
    const source = 'function encodeDownlink(i) { return { bytes: Buffer.from([i.data.on ? 1 : 0]), fPort: 10 }; }';
    const [answer] = await pool.run(script(source), [call]);
    expect((JSON.parse(answer as string) as CallOutput).output).toEqual({ bytes: [1], fPort: 10 });
  });
});

const HOSTILE = {
  'a loop': 'for (;;) {}',
  'a loop that catches everything': 'for (;;) { try { for (;;) {} } catch (e) {} }',
  'a memory bomb': 'var a = []; for (;;) a.push({});',
  'a bomb of typed arrays': 'var a = []; for (;;) a.push(new Uint8Array(100000));',
  'a huge text': 'return { data: { a: "x".repeat(1e9) } };',
  'a regular expression that backtracks': 'return { data: { a: /^(a+)+$/.test("a".repeat(60) + "b") } };',
  'a join inside of the engine': 'return { data: { a: new Array(3e8) + "" } };',
  'a sort inside of the engine': 'new Array(3e8).fill(0).sort();',
};

describe('T27 hostile scripts', () => {
  let pool: ScriptPool;
  /** As in an installation: what a busy host kept from running is tried again. */
  let patient: ScriptPool;
  beforeAll(() => {
    pool = new ScriptPool({ policy: { workers: 1, retryPausesMs: [], strikes: 1_000 } });
    patient = new ScriptPool({ policy: { workers: 1, strikes: 1_000, starvedPatienceMs: PATIENCE_MS } });
  });
  afterAll(() => Promise.all([pool.close(), patient.close()]));

  it.each(Object.entries(HOSTILE))('%s is ended within 200 ms', async (_name, otherwise) => {
    const endsAfter = async (): Promise<number> => {
      await pool.run(script('function decodeUplink() { return { data: {} }; }'), [uplink([1])]);
      return msOf(async () => {
        const [answer] = await pool.run(script(except(otherwise)), [uplink([255])]);
        expect(answer).toMatchObject({ code: expect.stringMatching(/^codec-(timeout|memory)$/) as string });
      });
    };
    expect(await quickest(200, endsAfter, 20)).toBeLessThan(200);
  });

  it.each(Object.entries(HOSTILE))('%s costs its neighbours nothing', async (_name, otherwise) => {
    const calls = [1, 255, 2, 3].map((byte) => uplink([byte]));
    const answers = await patient.run(script(except(otherwise)), calls);
    expect([0, 2, 3].map((index) => dataOf(answers[index]))).toEqual([{ first: 1 }, { first: 2 }, { first: 3 }]);
    expect(answers[1]).toMatchObject({ code: expect.stringMatching(/^codec-(timeout|memory)$/) as string });
  });

  it('what a script hoards over many calls, in blocks that the engine does not count, is limited', async () => {
    const limits = { engineBytes: 24 * 1024 * 1024 };
    const hoards = new ScriptPool({ limits, policy: { workers: 1, starvedPatienceMs: PATIENCE_MS } });
    try {
      const source = `Math.hoard = Math.hoard || [];
        function decodeUplink() { Math.hoard.push(new Uint8Array(1e6)); return { data: { n: Math.hoard.length } }; }`;
      const answers = await hoards.run(
        script(source),
        Array.from({ length: 100 }, () => uplink([1])),
      );
      const hoarded = answers.map((answer) => (dataOf(answer) as { n: number }).n);
      expect(hoarded).toHaveLength(100);
      expect(Math.max(...hoarded)).toBeLessThanOrEqual(24);
      expect(hoarded.filter((n) => n === 1).length).toBeGreaterThan(3);
    } finally {
      await hoards.close();
    }
  });

  it.each([0, 2300, 2400, 2500, 2600, 2700])(
    'a script that leaves hardly any room for its answer is at fault, or answers: room for %i objects',
    async (freed) => {
      const slow = new ScriptPool({ limits: { wallMs: PATIENCE_MS }, policy: { workers: 1 } });
      try {
        const source = `function decodeUplink() {
          const data = { a: '\\u4e2d'.repeat(15000) };
          Math.hoard = null;
          try { for (;;) Math.hoard = { next: Math.hoard }; } catch (e) {}
          for (let i = 0; i < ${freed}; i++) Math.hoard = Math.hoard.next;
          return { data };
        }`;
        const [answer] = await slow.run(script(source), [uplink([1])]);
        const answered = { a: '\u4e2d'.repeat(15_000) };
        expect([answered, { code: 'codec-memory', detail: expect.any(String) as string }]).toContainEqual(
          dataOf(answer),
        );
      } finally {
        await slow.close();
      }
    },
  );

  it('a loop outside of any function is found out once', async () => {
    const answers = await pool.run(script('for (;;) {}'), [uplink([1]), uplink([2])]);
    expect(answers).toMatchObject([{ code: 'codec-timeout' }, { code: 'codec-timeout' }]);
  });

  it('a script that keeps being stopped is suspended, and others go on', async () => {
    let now = 0;
    const clock = { now: () => now, monotonic: () => now };
    const strict = new ScriptPool({
      policy: { workers: 1, strikes: 3, suspendMs: 60_000, starvedPatienceMs: PATIENCE_MS },
      clock,
    });
    try {
      const bad = script(except('for (;;) {}'));
      const answers = await strict.run(
        bad,
        [255, 255, 255, 255, 1].map((byte) => uplink([byte])),
      );
      expect(answers.map((answer) => (answer as { code: string }).code)).toEqual([
        'codec-timeout',
        'codec-timeout',
        'codec-timeout',
        'codec-suspended',
        'codec-suspended',
      ]);
      const other = await strict.run(script(except('return {};')), [uplink([1])]);
      expect(dataOf(other[0])).toEqual({ first: 1 });
      now += 60_001;
      expect(dataOf((await strict.run(bad, [uplink([1])]))[0])).toEqual({ first: 1 });
    } finally {
      await strict.close();
    }
  });
});

describe('T28 a host that is busy', () => {
  const program = new URL('../../test/stalling-worker.mjs', import.meta.url);
  const stall = (times: number): void => {
    const shared = new SharedArrayBuffer(4);
    new Int32Array(shared)[0] = times;
    setEnvironmentData('stalls', shared);
  };
  const calls = [1, 2, 3].map((byte) => uplink([byte]));
  const policy = { workers: 1, retryPausesMs: [1, 1], starvedPatienceMs: 0 };

  it('a payload whose time was taken by others is tried again, not dropped', async () => {
    stall(2);
    // More tries than it makes them fail: the host may really be busy, too.
    const pool = new ScriptPool({ policy: { ...policy, retryPausesMs: [1, 1, 1, 1, 1, 1] }, program });
    try {
      const answers = await pool.run(script(except('')), calls);
      expect(answers.map(dataOf)).toEqual([{ first: 1 }, { first: 2 }, { first: 3 }]);
    } finally {
      await pool.close();
    }
  });

  it('an attempt in which the process was not let run does not count', async () => {
    stall(5);
    // What a jest worker compiles beside it is processor time of this process, too: how much it gets is told, not measured.
    const starved = { policy: { ...policy, starvedPatienceMs: PATIENCE_MS }, program, cpuUsedMs: () => 0 };
    const pool = new ScriptPool(starved);
    try {
      const answers = await pool.run(script(except('')), calls);
      expect(answers.map(dataOf)).toEqual([{ first: 1 }, { first: 2 }, { first: 3 }]);
    } finally {
      await pool.close();
    }
  });

  it('is not waited for without end', async () => {
    stall(1_000);
    const pool = new ScriptPool({ policy: { ...policy, strikes: 1 }, program });
    try {
      const [answer] = await pool.run(script(except('')), calls.slice(0, 1));
      expect(answer).toMatchObject({ code: 'codec-timeout', detail: expect.stringContaining('3 times') as string });
    } finally {
      await pool.close();
    }
  });
});
