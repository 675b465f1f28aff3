import { LamplighterError } from '#core';

type Environment = Readonly<Record<string, string | undefined>>;

/** Secrets that the environment may carry. Unset is fine where the platform makes its own; set and empty never is. */
const SECRET_VARIABLES = ['LAMPLIGHTER_ADMIN_PASSWORD', 'LAMPLIGHTER_SERVICE_KEY', 'INFLUX_TOKEN'] as const;

const MIN_LENGTH = 12;

/** What installers, examples and tutorials ship, and what people type when they mean to change it later. */
const WELL_KNOWN: ReadonlySet<string> = new Set(
  [
    'admin',
    'password',
    'passw0rd',
    'secret',
    'changeme',
    'change-me',
    'default',
    'lamplighter',
    'letmein',
    'qwerty',
    'root',
    'test',
    'token',
    'public',
    'example',
    'postgres',
    'influxdb',
  ].flatMap((word) => [
    word,
    `${word}1`,
    `${word}12`,
    `${word}123`,
    `${word}1234`,
    `${word}12345`,
    `${word}123456`,
    `my-${word}`,
    `${word}${word}`,
  ]),
);

/**
 * Faults of the credentials in the environment, in production (`NODE_ENV=production`); elsewhere none (THREATS 8). The
 * secrets themselves are never part of the text.
 */
export function checkProductionSecrets(environment: Environment): string[] {
  if (environment.NODE_ENV !== 'production') return [];
  const secrets = secretsOf(environment);
  const faults = secrets.flatMap(({ name, value }) => {
    const fault = weakness(value);
    return fault === null ? [] : [`${name}: ${fault}`];
  });
  return [...faults, ...sharedSecrets(secrets), ...missingSecrets(environment)];
}

/** @throws LamplighterError `bad-configuration` that lists all faults of {@link checkProductionSecrets} at once */
export function requireProductionSecrets(environment: Environment): void {
  const faults = checkProductionSecrets(environment);
  if (faults.length > 0)
    throw new LamplighterError(
      'bad-configuration',
      `The credentials are not fit for production.\n  ${faults.join('\n  ')}`,
    );
}

interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

function secretsOf(environment: Environment): NamedSecret[] {
  const found: NamedSecret[] = [];
  for (const name of SECRET_VARIABLES) {
    const value = environment[name];
    if (value !== undefined) found.push({ name, value });
  }
  const registry = environment.LAMPLIGHTER_REGISTRY ?? '';
  if (/^postgres(ql)?:/.test(registry) && URL.canParse(registry)) {
    found.push({ name: 'LAMPLIGHTER_REGISTRY (password)', value: decodeURIComponent(new URL(registry).password) });
  }
  return found;
}

function weakness(secret: string): string | null {
  if (secret.trim() === '') return 'is empty';
  if (WELL_KNOWN.has(secret.toLowerCase())) return 'is a default that everybody knows';
  if (secret.length < MIN_LENGTH) return `has fewer than ${MIN_LENGTH} characters`;
  if (new Set(secret).size < 5) return 'repeats a few characters';
  return null;
}

function sharedSecrets(secrets: readonly NamedSecret[]): string[] {
  const users = new Map<string, string[]>();
  for (const { name, value } of secrets) {
    if (value !== '') users.set(value, [...(users.get(value) ?? []), name]);
  }
  return [...users.values()]
    .filter((names) => names.length > 1)
    .map((names) => `${names.join(' and ')}: share one secret`);
}

function missingSecrets(environment: Environment): string[] {
  const faults: string[] = [];
  if (environment.LAMPLIGHTER_TIMESERIES === 'influxdb' && environment.INFLUX_TOKEN === undefined)
    faults.push('INFLUX_TOKEN: is missing');
  if (environment.LAMPLIGHTER_MQTT_OPEN === '1')
    faults.push('LAMPLIGHTER_MQTT_OPEN: lets everybody in without credentials');
  return faults;
}
