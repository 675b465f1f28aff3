import { pointerLevel } from '../decoded.js';

/** The members of an object by name, and where each stands in the event. */
export interface Leaves {
  readonly values: Readonly<Record<string, unknown>>;
  readonly pointers: ReadonlyMap<string, string>;
}

/**
 * The leaves of an object that a network server decoded; a nested one is named by its path, joined with '.'. This is how uplinks of
 * devices without a device type are read: names and units are taken to be those of the kind.
 *
 * @param pointer to the object in the event
 */
export function leavesOf(object: Readonly<Record<string, unknown>>, pointer: string): Leaves {
  const values = new Map<string, unknown>();
  const pointers = new Map<string, string>();
  collect(object, '', pointer, values, pointers);
  return { values: Object.fromEntries(values), pointers };
}

function collect(
  value: object,
  path: string,
  pointer: string,
  values: Map<string, unknown>,
  pointers: Map<string, string>,
): void {
  for (const [key, member] of Object.entries(value) as [string, unknown][]) {
    const name = path === '' ? key : `${path}.${key}`;
    const at = `${pointer}/${pointerLevel(key)}`;
    if (typeof member === 'object' && member !== null) {
      collect(member, name, at, values, pointers);
    } else if (member !== null && !values.has(name)) {
      values.set(name, member);
      pointers.set(name, at);
    }
  }
}
