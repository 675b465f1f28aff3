import { LamplighterError } from './errors.js';

/** Reads one variable: returns its value or throws an Error whose message says what was expected. */
export type VariableParser<T> = (text: string | undefined) => T;

export const variable = {
  text:
    (fallback: string): VariableParser<string> =>
    (text) =>
      text === undefined || text === '' ? fallback : text,
  optional: (): VariableParser<string | undefined> => (text) => (text === '' ? undefined : text),
  integer:
    (fallback: number, range: { min: number; max: number }): VariableParser<number> =>
    (text) => {
      if (text === undefined || text === '') return fallback;
      const value = Number(text);
      if (!Number.isInteger(value) || value < range.min || value > range.max) {
        throw new Error(`expected a whole number from ${range.min} to ${range.max}, got '${text}'`);
      }
      return value;
    },
  flag: (): VariableParser<boolean> => (text) => {
    if (text === undefined || text === '' || text === '0' || text === 'false') return false;
    if (text === '1' || text === 'true') return true;
    throw new Error(`expected 1 or 0, got '${text}'`);
  },
  oneOf:
    <const T extends string>(fallback: T, choices: readonly T[]): VariableParser<T> =>
    (text) => {
      if (text === undefined || text === '') return fallback;
      const found = choices.find((choice) => choice === text);
      if (found === undefined) throw new Error(`expected one of ${choices.join(', ')}, got '${text}'`);
      return found;
    },
};

/**
 * Parses the environment once, against one declaration. All bad variables are named in a single error, before anything
 * connects anywhere.
 *
 * @throws LamplighterError `bad-configuration`
 */
export function readEnvironment<const D extends Record<string, VariableParser<unknown>>>(
  declaration: D,
  environment: Readonly<Record<string, string | undefined>>,
): { [K in keyof D]: ReturnType<D[K]> } {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, parse] of Object.entries(declaration)) {
    try {
      values[name] = parse(environment[name]);
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (faults.length > 0)
    throw new LamplighterError('bad-configuration', `The environment cannot be used.\n  ${faults.join('\n  ')}`);
  return values as { [K in keyof D]: ReturnType<D[K]> };
}
