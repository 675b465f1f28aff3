import { Command } from 'commander';
import { start } from '../start.js';

export function startCommand(outcome: { exitCode: number }): Command {
  return new Command('start')
    .description('run the whole platform over its embedded engines, with a simulated city')
    .option('--data-dir <path>', 'where everything is kept (LAMPLIGHTER_DATA_DIR)')
    .option('--simulate <devices>', 'devices of the simulated city, 0 for none (LAMPLIGHTER_SIMULATE)')
    .option('--scenario <names>', 'what happens to the simulated city, such as typhoon (LAMPLIGHTER_SIMULATE_SCENARIO)')
    .option('--http-port <port>', 'API and console (LAMPLIGHTER_HTTP_PORT)')
    .option('--mqtt-port <port>', 'MQTT (LAMPLIGHTER_MQTT_PORT)')
    .option('--host <address>', 'address to listen on; loopback unless given (LAMPLIGHTER_HOST)')
    .action(
      async (options: {
        dataDir?: string;
        simulate?: string;
        scenario?: string;
        httpPort?: string;
        mqttPort?: string;
        host?: string;
      }) => {
        const given = {
          LAMPLIGHTER_DATA_DIR: options.dataDir,
          LAMPLIGHTER_SIMULATE: options.simulate,
          LAMPLIGHTER_SIMULATE_SCENARIO: options.scenario,
          LAMPLIGHTER_HTTP_PORT: options.httpPort,
          LAMPLIGHTER_MQTT_PORT: options.mqttPort,
          LAMPLIGHTER_HOST: options.host,
        };
        for (const [name, value] of Object.entries(given)) if (value !== undefined) process.env[name] = value;
        outcome.exitCode = await start(process.env, (line) => console.log(line));
      },
    );
}
