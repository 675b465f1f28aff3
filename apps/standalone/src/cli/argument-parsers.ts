import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

/** Milliseconds of a time on the command line, such as 60s. @throws InvalidArgumentError */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|m|h)?$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('a time such as 60s, 5m or 2h');
  return Number(match[1]) * UNITS[match[2] ?? 's']!;
}

/** An address on the command line, as it is. @throws InvalidArgumentError */
export function address(text: string): string {
  if (URL.canParse(text) && /^(https?|mqtts?|wss?):$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('an address such as http://localhost:3000 or mqtt://localhost:1883');
}

/** A plain number on the command line. @throws InvalidArgumentError */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a number such as 22.3152');
  return value;
}
