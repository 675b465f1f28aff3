import type { SimulationContext } from './kind.js';

/** 1 January 2026, 00:00 in Hong Kong. */
const EPOCH = Date.UTC(2025, 11, 31, 16);
const YEAR_MS = 365 * 86_400_000;

/** A context for tests: any moment of a year, any weather, all from the seed. `at` moves the same device on in time. */
export function simulationContext(seed: number): SimulationContext & { at(offsetMs: number): SimulationContext } {
  const random = mulberry32(seed);
  const start = EPOCH + Math.floor(random() * YEAR_MS);
  const weather = {
    temperature: -2 + 40 * random(),
    humidity: 20 + 80 * random(),
    windSpeed: 45 * random() ** 3,
    windDirection: 360 * random(),
    rainRate: random() < 0.7 ? 0 : 150 * random() ** 2,
    pressure: 960 + 75 * random(),
  };
  const memory = new Map<string, number>();
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const at = (offsetMs: number): SimulationContext => {
    const time = start + offsetMs;
    const hour = (time / 3_600_000 + 8) % 24;
    return { time, hour, latitude: 22.3, longitude: 114.17, random, gaussian, weather, memory };
  };
  return { ...at(0), at };
}

/** Thirty-two bits of state are plenty for tests (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
