import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { generatePassword, loadOrCreateSecret } from '#identity';
import { localHost, readConfiguration, type StandaloneConfiguration } from './configuration.js';
import { lockDataDirectory } from './supervise/data-directory-lock.js';
import { Supervisor } from './supervise/supervisor.js';

/** Runs the platform until SIGINT or SIGTERM; resolves with the exit code. */
export async function start(environment: NodeJS.ProcessEnv, print: (line: string) => void): Promise<number> {
  const configuration = readConfiguration(environment);
  mkdirSync(configuration.dataDirectory, { recursive: true, mode: 0o700 });
  const lock = await lockDataDirectory(join(configuration.dataDirectory, 'run', 'standalone.sock'));
  const password = adminPassword(configuration);
  const supervisor = new Supervisor(configuration, print);
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  try {
    const started = supervisor.start().then(() => 'started' as const);
    if ((await Promise.race([started, asked])) === 'started') {
      for (const line of welcome(configuration, password)) print(line);
      await asked;
    }
    print('stopping: what was acknowledged is being stored');
    return 0;
  } catch (error) {
    print((error as Error).message);
    return 1;
  } finally {
    await supervisor.stop();
    lock.close();
  }
}

type AdminPassword = { readonly text: string; readonly origin: 'environment' | 'made now' | 'file' };

function adminPassword(configuration: StandaloneConfiguration): AdminPassword {
  if (configuration.adminPassword !== undefined) return { text: configuration.adminPassword, origin: 'environment' };
  const path = join(configuration.dataDirectory, 'secrets', 'admin-password');
  const origin = existsSync(path) ? 'file' : 'made now';
  return { text: loadOrCreateSecret(path, generatePassword), origin };
}

/** The password is shown only in the run that made it; later runs point to where it is kept. */
function welcome(configuration: StandaloneConfiguration, password: AdminPassword): string[] {
  const { dataDirectory, host, httpPort, mqttPort } = configuration;
  const url = `http://${localHost(host)}:${httpPort}`;
  const shown = {
    environment: 'password of LAMPLIGHTER_ADMIN_PASSWORD',
    file: `password in ${join(dataDirectory, 'secrets', 'admin-password')}`,
    'made now': `password ${password.text}   (shown once; kept in ${join(dataDirectory, 'secrets', 'admin-password')})`,
  }[password.origin];
  const argument = {
    environment: `"admin:$LAMPLIGHTER_ADMIN_PASSWORD"`,
    file: `"admin:$(cat ${join(dataDirectory, 'secrets', 'admin-password')})"`,
    'made now': `'admin:${password.text}'`,
  }[password.origin];
  return [
    '',
    'Lamplighter is up.',
    `  Console   ${url}   account admin, ${shown}`,
    `  API       ${url}/docs`,
    `  MQTT      mqtt://${localHost(host)}:${mqttPort}`,
    `  Try       curl -u ${argument} '${url}/v1/latest?kind=smart-lamppost'`,
    '',
  ];
}
