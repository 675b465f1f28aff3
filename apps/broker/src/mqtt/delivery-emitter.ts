import mqemitter from 'mqemitter';
import type { TelemetryInterest } from '../lane/telemetry-interest.js';

type Listener = (packet: unknown, done: () => void) => void;
type Done = (error?: Error | null) => void;

interface Matcher {
  match(topic: string): Listener[];
}

/**
 * Routes a published packet to the subscribed clients and does not wait for them.
 *
 * The stock emitter delivers at most `concurrency` packets at once and counts one as under way until every subscriber's
 * socket took it, so one frozen subscriber holds up everybody until the drain timeout (THREATS 19). Here each delivery stands
 * alone; what waits for one subscriber is bounded where it is forwarded.
 */
export class DeliveryEmitter {
  private readonly emitter = mqemitter({ concurrency: 0, matchEmptyLevels: true });
  private closed = false;

  constructor(private readonly interest: TelemetryInterest) {}

  on(topic: string, listener: Listener, done?: () => void): this {
    this.interest.add(topic);
    this.emitter.on(topic, listener as never, done);
    return this;
  }

  removeListener(topic: string, listener: Listener, done?: () => void): void {
    this.emitter.removeListener(topic, listener as never, () => {
      this.interest.remove(topic);
      done?.();
    });
  }

  emit(packet: { topic: string }, done: Done = () => undefined): this {
    if (this.closed) {
      done(new Error('The broker is closing'));
      return this;
    }
    const listeners = (this.emitter as unknown as { _matcher: Matcher })._matcher.match(packet.topic);
    for (const listener of listeners) listener(packet, () => undefined);
    done();
    return this;
  }

  close(done: () => void): void {
    this.closed = true;
    this.emitter.close(done);
  }
}
