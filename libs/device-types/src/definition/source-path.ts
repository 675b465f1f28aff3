import { pointerLevel } from '#codecs';

/** The members to follow, from the root of a codec's output. */
export type SourcePath = readonly string[];

/** Deeper than any output that the sandbox lets pass. */
const MAX_LEVELS = 16;

/** Reads a pointer (RFC 6901) or a dotted path; null when it is neither. */
export function parseSourcePath(text: string): SourcePath | null {
  const levels = text.startsWith('/')
    ? text
        .slice(1)
        .split('/')
        .map((level) => level.replaceAll('~1', '/').replaceAll('~0', '~'))
    : text.split('.');
  if (text.length > 256 || levels.length > MAX_LEVELS || levels.some((level) => level === '')) return null;
  return /~(?![01])/.test(text) && text.startsWith('/') ? null : levels;
}

/** As a pointer (RFC 6901). */
export function pointerOf(path: SourcePath): string {
  return path.map((level) => `/${pointerLevel(level)}`).join('');
}

/** What stands there, or undefined. Only own members count, so `constructor` and `__proto__` lead nowhere. */
export function valueAt(root: unknown, path: SourcePath): unknown {
  let value = root;
  for (const level of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, level)) return undefined;
    value = (value as Record<string, unknown>)[level];
  }
  return value;
}
