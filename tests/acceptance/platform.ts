import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The whole platform as a user starts it, on free ports and a data directory of its own. */
export interface Platform {
  readonly url: string;
  readonly mqttPort: number;
  readonly dataDirectory: string;
  readonly adminPassword: string;
  /** Everything that the terminal has shown so far. */
  output(): string;
  pid(service: 'broker' | 'ingest' | 'alerts' | 'api' | 'quality'): number;
  /** Calls the API as the administrator; the body of the answer is parsed when it is JSON. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests say of each answer what it has to be
  ): Promise<{ status: number; body: any; headers: Headers }>;
  /** SIGTERM, and the exit code that follows. The data directory is removed unless it was given. */
  stop(): Promise<number>;
}

export interface PlatformOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Keeps this directory, to start over the same data again. */
  readonly dataDirectory?: string;
  readonly startTimeoutMs?: number;
  /** As npm does it: through a shell, which ends by itself when it is told to. */
  readonly throughShell?: boolean;
}

const COMMAND_LINE = resolve('scripts/run.mjs');

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  if (!existsSync(resolve('dist/apps/standalone/src/cli/main.js')))
    throw new Error('nothing is built: run the tests by `npm test`, which builds first');
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'lamplighter-'));
  const [httpPort, mqttPort] = await Promise.all([freePort(), freePort()]);
  let output = '';
  const command = [process.execPath, COMMAND_LINE, 'start'] as const;
  const shell = ['/bin/sh', '-c', '"$@"; exit $?', 'sh'] as const;
  const [program, ...args] = options.throughShell === true ? ([...shell, ...command] as const) : command;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutOurVariables(process.env),
      LAMPLIGHTER_SIMULATE: '0',
      ...options.environment,
      NODE_OPTIONS: '',
      LAMPLIGHTER_DATA_DIR: dataDirectory,
      LAMPLIGHTER_HTTP_PORT: String(httpPort),
      LAMPLIGHTER_MQTT_PORT: String(mqttPort),
    },
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await isUp(child, () => output, options.startTimeoutMs ?? 240_000);
  const adminPassword =
    options.environment?.['LAMPLIGHTER_ADMIN_PASSWORD'] ??
    readFileSync(join(dataDirectory, 'secrets', 'admin-password'), 'utf8').trim();
  const url = `http://127.0.0.1:${httpPort}`;
  const authorization = `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`;
  return {
    url,
    mqttPort,
    dataDirectory,
    adminPassword,
    output: () => output,
    pid: (service) => Number(readFileSync(join(dataDirectory, 'run', `${service}.pid`), 'utf8')),
    async request(method, path, body, headers = {}) {
      const text = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
      const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
      const response = await fetch(new URL(path, url), {
        method,
        headers: { authorization, ...type, ...headers },
        ...text,
      });
      const answer = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(answer) : answer,
      };
    },
    async stop() {
      const code = await stopChild(child);
      if (options.dataDirectory === undefined) rmSync(dataDirectory, { recursive: true, force: true });
      return code;
    },
  };
}

/** Below the ports that systems give to outgoing connections, so that none of those takes it before it is listened on. */
const PORTS = { from: 10_000, to: 32_000 };

export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}

function withoutOurVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('LAMPLIGHTER_') && !name.startsWith('INFLUX_')),
  );
}

function isUp(child: ChildProcess, output: () => string, timeoutMs: number): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      failed(new Error(`the platform was not up after ${timeoutMs} ms:\n${output()}`));
    }, timeoutMs);
    const look = setInterval(() => {
      if (!output().includes('Lamplighter is up.')) return;
      finish();
      done();
    }, 20);
    const onExit = (code: number | null): void => {
      finish();
      failed(new Error(`the platform ended with exit code ${code}:\n${output()}`));
    };
    const finish = (): void => {
      clearTimeout(timer);
      clearInterval(look);
      child.off('exit', onExit);
    };
    child.once('exit', onExit);
  });
}

function stopChild(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((done) => {
    child.once('exit', (code) => done(code ?? -1));
    child.kill('SIGTERM');
  });
}
