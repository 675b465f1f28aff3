import type { Values } from '../scenarios/scenario-run.js';

const FULL_SCALE = 0x7fff;

/**
 * Bytes as small firmware packs them: two for a number in hundredths, one for a switch or a state. The network server carries them
 * beside the object that its codec made of them; for a kind whose values come from the object nobody reads them.
 */
export function frameBytes(values: Values): Buffer {
  const bytes: number[] = [];
  for (const value of Object.values(values)) {
    if (typeof value === 'number') {
      const hundredths = Math.round(Math.min(FULL_SCALE, Math.max(-FULL_SCALE, value * 100)));
      bytes.push((hundredths >> 8) & 0xff, hundredths & 0xff);
    } else {
      bytes.push(typeof value === 'boolean' ? Number(value) : value.length);
    }
  }
  return Buffer.from(bytes);
}
