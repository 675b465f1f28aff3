import type { MqttClient } from 'mqtt';
import { within } from './within.js';

const IN_ORDER_MS = 2_000;

/**
 * Ends an MQTT client. In order that means waiting for acknowledgements and for the other side to hang up; one that was lost without
 * a word does neither, so this waits only a while.
 */
export async function endClient(client: MqttClient, inOrderMs = IN_ORDER_MS): Promise<void> {
  if (!client.connected) await client.endAsync(true);
  else if (!(await within(inOrderMs, client.endAsync()))) client.stream.destroy();
}
