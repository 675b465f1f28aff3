// healthcheck.mjs [broker|ingest|alerts|quality|connector|api]: exit code 0 when the service of this container is well. Node's own modules only.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const service = process.argv[2] ?? 'api';
const dataDirectory = process.env.LAMPLIGHTER_DATA_DIR ?? '/data';

const checks = {
  /** Live, not ready: while the broker is down the API is not ready, and restarting the API would not help. */
  async api() {
    const response = await fetch(`http://127.0.0.1:${process.env.LAMPLIGHTER_HTTP_PORT || 3000}/health/live`);
    if (!response.ok) throw new Error(`/health/live answers ${response.status}`);
  },
  broker() {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(process.env.LAMPLIGHTER_MQTT_PORT || 1883), '127.0.0.1');
      socket.once('connect', () => resolve(socket.destroy()));
      socket.once('error', reject);
    });
  },
  /** A service without a port: its process runs. What it does is in the readiness of the API. */
  process() {
    process.kill(Number(readFileSync(join(dataDirectory, 'run', `${service}.pid`), 'utf8')), 0);
  },
};

try {
  await (checks[service] ?? checks.process)();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
