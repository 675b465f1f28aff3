import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInFolder, createTranscoder, builtInTypes, ScriptPool } from '#device-types';
import type { Benchmark, Result } from '../report/result.js';
import { median } from '../report/result.js';

const TYPE = 'generic-lpp-environment';
/** Temperature, humidity and battery: 10 bytes, as a node sends them. */
const PAYLOAD = Uint8Array.from([0x01, 0x67, 0x01, 0x10, 0x02, 0x68, 0x97, 0x03, 0x78, 0x5f]);

const HOSTILE: Readonly<Record<string, string>> = {
  'a loop': 'for (;;) {}',
  'a memory bomb': 'var a = []; for (;;) a.push({});',
  'a bomb of typed arrays': 'var a = []; for (;;) a.push(new Uint8Array(100000));',
  'a regular expression that backtracks': '/^(a+)+$/.test("a".repeat(60) + "b");',
  'new Array(3e8) + ""': 'new Array(3e8) + "";',
};

/** Payloads decoded by scripts in the sandbox, and how long a script holds a thread that never ends by itself. */
export const codecs: Benchmark = {
  name: 'codecs',
  title: 'Payload codecs in the sandbox',
  async run({ quick, say }) {
    return [...(await decoding(quick, say)), ...(await ending(say))];
  },
};

async function decoding(quick: boolean, say: (line: string) => void): Promise<Result[]> {
  const uplinks = Array.from({ length: quick ? 10_000 : 50_000 }, () => ({
    bytes: PAYLOAD,
    fPort: 1,
    receivedAt: 1.7e12,
  }));
  const transcoder = createTranscoder({ types: builtInTypes(), policy: { workers: 1 } });
  const perCore: number[] = [];
  const perSecond: number[] = [];
  try {
    await transcoder.decode(TYPE, uplinks.slice(0, 5_000));
    for (let run = 0; run < (quick ? 2 : 5); run++) {
      const cpu = process.cpuUsage();
      const startedAt = performance.now();
      const results = await transcoder.decode(TYPE, uplinks);
      const seconds = (performance.now() - startedAt) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      if (!results.every(({ readings }) => readings.length === 1)) throw new Error('Not every payload was decoded.');
      perSecond.push(uplinks.length / seconds);
      perCore.push(uplinks.length / ((user + system) / 1e6));
      say(`${Math.round(perSecond.at(-1)!).toLocaleString('en-US')} decodes/s, one worker`);
    }
  } finally {
    await transcoder.close();
  }
  const lines = readFileSync(join(builtInFolder(), TYPE, 'codec.js'), 'utf8').split('\n').length;
  const common = { benchmark: 'codecs', unit: '1/s', note: `${TYPE}, ${lines} lines, mapped to metrics` };
  return [
    {
      ...common,
      measure: 'decodes for each second of processor time, all threads',
      value: median(perCore),
      runs: perCore,
      aim: 'over 20,000',
    },
    { ...common, measure: 'decodes a second, one worker', value: median(perSecond), runs: perSecond },
  ];
}

async function ending(say: (line: string) => void): Promise<Result[]> {
  const pool = new ScriptPool({ policy: { workers: 1, retryPausesMs: [], strikes: 1_000 } });
  const run = (source: string) => pool.run({ source, revision: source }, [{ fn: 'decodeUplink', input: '{}' }]);
  const results: Result[] = [];
  try {
    for (const [name, body] of Object.entries(HOSTILE)) {
      const runs: number[] = [];
      const codes = new Set<string>();
      for (let attempt = 0; attempt < 5; attempt++) {
        // The thread that replaces an ended one is up again before the next measurement.
        await run('function decodeUplink() { return { data: {} }; }');
        const startedAt = performance.now();
        const [answer] = await run(`function decodeUplink() { ${body} return { data: {} }; }`);
        runs.push(performance.now() - startedAt);
        codes.add(typeof answer === 'object' ? answer.code : 'not ended');
      }
      say(`${name}: ${[...codes].join(', ')} after ${Math.round(median(runs))} ms`);
      const note = [...codes].join(', ');
      results.push({
        benchmark: 'codecs',
        measure: `${name} is ended after`,
        value: median(runs),
        unit: 'ms',
        runs,
        aim: 'under 200',
        note,
      });
    }
  } finally {
    await pool.close();
  }
  return results;
}
