import type { Decision, Principal } from '#identity';
import type { AccessPolicy, ConnectAttempt, Verdict } from './access-policy.js';

/** The filter that interoperability suites expect to be refused. */
const DENIED_FILTER = 'test/nosubscribe';

const ALLOWED: Decision = { allowed: true };

/**
 * `LAMPLIGHTER_MQTT_OPEN=1`: everybody may do everything and nothing is journalled. It exists so that protocol conformance
 * suites, which bring their own topics and no credentials, can be run; it is refused on anything but loopback.
 */
export class OpenPolicy implements AccessPolicy {
  async authenticate(attempt: ConnectAttempt): Promise<Verdict> {
    return Promise.resolve({ principal: { type: 'service', id: 'open', clientId: attempt.clientId } });
  }

  mayPublish(_principal: Principal, topic: string): Decision {
    return topic.startsWith('$SYS/') ? { allowed: false, reason: 'reserved-topic' } : ALLOWED;
  }

  maySubscribe(_principal: Principal, filter: string): Decision {
    return filter === DENIED_FILTER ? { allowed: false, reason: 'outside-scope' } : ALLOWED;
  }

  mayReceive(): Decision {
    return ALLOWED;
  }

  journalSource(): null {
    return null;
  }

  standing(): null {
    return null;
  }

  keyUntil(): null {
    return null;
  }

  quotaOf(): null {
    return null;
  }
}
