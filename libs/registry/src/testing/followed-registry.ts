import { until } from '#core/testing';
import type { Registry } from '../registry.js';

/** A registry as one service is given it, which notes how far that service has followed the changes. */
export class FollowedRegistry {
  readonly registry: Registry;
  private followedTo = -1;

  constructor(private readonly real: Registry) {
    this.registry = new Proxy(real, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const method = (value as (...args: unknown[]) => unknown).bind(target);
        if (name !== 'changes') return method;
        return (position: number, limit: number) => {
          // Whoever asks for what comes after a position has taken in what comes before it.
          this.followedTo = Math.max(this.followedTo, position);
          return method(position, limit);
        };
      },
    });
  }

  /** Waits until the service has taken in every change so far. */
  async changesSeen(): Promise<void> {
    const position = await this.real.position();
    await until(
      `the service to follow the registry's changes to ${position}`,
      () => this.followedTo,
      (followedTo) => followedTo >= position,
    );
  }
}
