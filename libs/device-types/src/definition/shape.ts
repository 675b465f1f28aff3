import { nearestName } from '#kinds';
import type { DefinitionFault } from './definition.js';
import { parseSourcePath, type SourcePath } from './source-path.js';

/** Collects what is wrong, so that a definition is corrected in one go. */
export class Faults {
  readonly list: DefinitionFault[] = [];

  add(pointer: string, detail: string): void {
    this.list.push({ pointer, detail });
  }

  /** A member that is an object, or null (with a fault, unless it is absent and may be). */
  object(value: unknown, pointer: string): Record<string, unknown> | null {
    if (isObject(value)) return value;
    this.add(pointer, `must be an object, it is ${shown(value)}`);
    return null;
  }

  text(owner: Record<string, unknown>, name: string, pointer: string, pattern?: RegExp, form?: string): string | null {
    const value = owner[name];
    const at = `${pointer}/${name}`;
    if (typeof value !== 'string' || value.trim() === '' || value.length > 200) {
      this.add(at, value === undefined ? `is missing` : `must be a text of 1 to 200 characters, it is ${shown(value)}`);
      return null;
    }
    if (pattern !== undefined && !pattern.test(value)) {
      this.add(at, `'${value.slice(0, 80)}' must be ${form ?? String(pattern)}`);
      return null;
    }
    return value;
  }

  number(value: unknown, pointer: string, allowed: (value: number) => boolean, form: string): number | null {
    if (typeof value === 'number' && Number.isFinite(value) && allowed(value)) return value;
    this.add(pointer, `must be ${form}, it is ${shown(value)}`);
    return null;
  }

  /** The member `source`, a place in an output; null with a fault. */
  source(owner: Record<string, unknown>, at: string): SourcePath | null {
    const text = this.text(owner, 'source', at);
    if (text === null) return null;
    const path = parseSourcePath(text);
    if (path === null)
      this.add(`${at}/source`, `'${text}' is neither a pointer (/air/temperature) nor a path (air.temperature)`);
    return path;
  }

  /** LoRaWAN: 1 to 223 are the application's, 0 stands for no port. */
  ports(value: unknown, pointer: string): ReadonlySet<number> | null {
    if (value === undefined) return null;
    const sound = (port: unknown): port is number =>
      Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 255;
    if (Array.isArray(value) && value.length > 0 && value.every(sound)) return new Set(value);
    this.add(pointer, 'must be a list of ports, whole numbers from 0 to 255');
    return null;
  }

  /** A misspelt member would otherwise go unnoticed. */
  onlyKnown(owner: Record<string, unknown>, known: readonly string[], pointer: string): void {
    for (const name of Object.keys(owner)) {
      if (known.includes(name)) continue;
      const near = nearestName(name, known);
      this.add(
        `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        `is not known here${near === null ? `; known are ${known.join(', ')}` : `; did you mean '${near}'?`}`,
      );
    }
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
