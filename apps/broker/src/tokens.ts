/** Injection tokens of what is an interface or a value; classes are injected by themselves. */
export const SETTINGS = Symbol('BrokerSettings');
export const JOURNAL = Symbol('Journal');
export const REGISTRY = Symbol('Registry');
export const POLICY = Symbol('AccessPolicy');
export const LOGGER = Symbol('Logger');
export const CLOCK = Symbol('Clock');
export const LANE = Symbol('LaneContext');
