/**
 * Runs inside the sandbox: its text is evaluated there, so it may refer to nothing outside itself. Whatever it needs of the
 * language it takes before the script runs, because a script may change its built-ins.
 */
export interface GuestOptions {
  readonly maxOutputChars: number;
}

/**
 * Name of the function; JSON text of its input, or the uplinks of a batch; where in the batch its own begins; flags. Returns JSON text of a
 * `CallOutput` or a `GuestFault`.
 */
export type GuestCall = (
  fn: string,
  input: string | ArrayBuffer,
  start: number,
  normalize: boolean,
  keepLogs: boolean,
) => string;

type GuestFunction = (...values: unknown[]) => unknown;

/** Finds a function that the script declares, by its name. */
export type GuestScope = (name: string) => unknown;

export interface GuestFault {
  readonly fault: 'codec-failed' | 'codec-memory' | 'codec-output';
  readonly detail: string;
  readonly logs?: readonly string[];
}

/**
 * @param run evaluates the text of the script anew, so that its top-level variables start afresh for every call
 */
export function guestDispatcher(run: () => GuestScope, { maxOutputChars }: GuestOptions): GuestCall {
  const root = globalThis as unknown as Record<string, unknown>;
  const { parse, stringify } = JSON;
  const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf } =
    Reflect;
  const { create } = Object;
  const { isArray, from } = Array;
  const { isView } = ArrayBuffer;
  const DateOf = Date;
  const NumbersOf = Float64Array;
  const TextOf = String;
  const { slice } = TextOf.prototype;
  const MAX_LOGS = 100;
  const MAX_LOG_CHARS = 500;
  const MAX_DETAIL_CHARS = 300;

  let logs: string[] = [];
  let keeping = false;

  function shown(value: unknown): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'object' && value !== null && !(value instanceof Error))
      return stringify(value) ?? 'undefined';
    return TextOf(value);
  }

  function write(...values: unknown[]): void {
    if (!keeping || logs.length >= MAX_LOGS) return;
    let line = '';
    for (let i = 0; i < values.length; i++) line += (i === 0 ? '' : ' ') + shown(values[i]);
    logs[logs.length] = line.length > MAX_LOG_CHARS ? `${line.slice(0, MAX_LOG_CHARS)}...` : line;
  }

  const console: Record<string, unknown> = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) console[level] = write;

  // The globals lie behind the global object: all that it has of its own is then what a script leaves there, found at a glance for every call.
  const globals = create(getPrototypeOf(root)) as Record<string, unknown>;
  for (const name of ownKeys(root) as string[]) {
    defineProperty(globals, name, getOwnPropertyDescriptor(root, name)!);
    deleteProperty(root, name);
  }
  for (const [name, value] of [
    ['console', console],
    ['module', {}],
    ['exports', {}],
  ] as const)
    defineProperty(globals, name, { value, writable: true, configurable: true, enumerable: false });
  setPrototypeOf(root, globals);
  /** What the language does not let anyone take away: NaN, Infinity, undefined. */
  const fixed = ownKeys(root).length;

  /** Takes away what the last call left in the global object, such as a variable that it never declared. */
  function clean(): void {
    const left = ownKeys(root);
    if (left.length > fixed) for (let i = 0; i < left.length; i++) deleteProperty(root, left[i]!);
    globals.exports = {};
    globals.module = { exports: globals.exports };
  }

  function detailOf(error: unknown): string {
    let text: string;
    try {
      const { name, message, stack } = error as Error;
      const place = typeof stack === 'string' ? /codec\.js:(\d+)/.exec(stack) : null;
      text =
        error instanceof Error ? `${name}: ${message}${place === null ? '' : ` (line ${place[1]})`}` : TextOf(error);
    } catch {
      text = 'a value that cannot be shown';
    }
    return text.length > MAX_DETAIL_CHARS ? `${apply(slice, text, [0, MAX_DETAIL_CHARS])}...` : text;
  }

  /**
   * A member of a JSON text, behind a comma. A text put together from its members costs half of one written as a whole. By `+` only: QuickJS
   * runs a template as a call of `String.prototype.concat`, which a script may change.
   */
  function member(name: string, value: unknown): string {
    const text = value === undefined ? undefined : stringify(value);
    return text === undefined ? '' : ',"' + name + '":' + text;
  }

  /** JSON text of a `GuestFault`. */
  function answer(fault: GuestFault['fault'], detail: string): string {
    return '{"fault":"' + fault + '"' + member('detail', '' + detail) + (keeping ? member('logs', logs) : '') + '}';
  }

  /** Declared by the script, or exported by it. */
  function find(scope: GuestScope, name: string): GuestFunction | null {
    const declared = scope(name);
    if (typeof declared === 'function') return declared as GuestFunction;
    const exported = (root.module as { exports?: Record<string, unknown> } | undefined)?.exports?.[name];
    const found = exported ?? (root.exports as Record<string, unknown> | undefined)?.[name];
    return typeof found === 'function' ? (found as GuestFunction) : null;
  }

  /** The function of TS013, or one of the older conventions with the arguments in its order; null when there is none. */
  function callee(scope: GuestScope, fn: string): ((input: Record<string, unknown>) => unknown) | null {
    const call = find(scope, fn);
    if (call !== null) return (input) => apply(call, root, [input]);
    const encodes = fn === 'encodeDownlink';
    if (!encodes && fn !== 'decodeUplink') return null;
    // The Things Network v2, then ChirpStack v3.
    const simple = find(scope, encodes ? 'Encoder' : 'Decoder');
    if (simple !== null)
      return ({ bytes, data, fPort }) =>
        encodes ? { bytes: apply(simple, root, [data, fPort]), fPort } : { data: apply(simple, root, [bytes, fPort]) };
    const other = find(scope, encodes ? 'Encode' : 'Decode');
    if (other === null) return null;
    return ({ bytes, data, fPort, variables }) =>
      encodes
        ? { bytes: apply(other, root, [fPort, data, variables]), fPort }
        : { data: apply(other, root, [fPort, bytes, variables]) };
  }

  let batch: ArrayBuffer | null = null;
  let numbers = new NumbersOf(0);

  /** The uplink that begins there: how many numbers it has, then `UplinkNumbers`. */
  function uplinkAt(start: number, given: ArrayBuffer): Record<string, unknown> {
    if (given !== batch) numbers = new NumbersOf((batch = given));
    const bytes: number[] = [];
    const first = start + 3;
    const end = start + 1 + numbers[start]!;
    for (let i = first; i < end; i++) bytes[i - first] = numbers[i]! | 0;
    return { bytes, fPort: numbers[start + 1]! | 0, recvTime: new DateOf(numbers[start + 2]!), variables: {} };
  }

  function parsed(text: string): Record<string, unknown> {
    const input = parse(text) as Record<string, unknown>;
    if (typeof input.recvTime === 'number') input.recvTime = new DateOf(input.recvTime);
    return input;
  }

  return (fn, given, start, normalize, keepLogs) => {
    keeping = keepLogs;
    logs = [];
    clean();
    try {
      const input = typeof given === 'string' ? parsed(given) : uplinkAt(start, given);
      const scope = run();
      const call = callee(scope, fn);
      if (call === null) return answer('codec-failed', `The script defines no function ${fn}.`);
      const result = call(input);
      if (typeof result !== 'object' || result === null || isArray(result))
        return answer('codec-output', `${fn} must return an object, it returned ${shown(result).slice(0, 80)}.`);
      if (typeof (result as { then?: unknown }).then === 'function')
        return answer('codec-output', `${fn} must return its result, not a promise of it.`);
      const { data, bytes, fPort, errors, warnings } = result as Record<string, unknown>;
      const failed = isArray(errors) ? errors.length > 0 : false;
      const normalizer = normalize && !failed ? find(scope, 'normalizeUplink') : null;
      const normalized = normalizer === null ? undefined : apply(normalizer, root, [{ data }]);
      const members =
        member('data', data) +
        // Bytes become a plain array whatever they were.
        member('bytes', isView(bytes) ? from(bytes as Uint8Array) : bytes) +
        member('fPort', fPort) +
        member('errors', errors) +
        member('warnings', warnings);
      const beside = member('normalized', normalized) + (keepLogs ? member('logs', logs) : '');
      const answered = '{"output":{' + apply(slice, members, [1]) + '}' + beside + '}';
      if (answered.length > maxOutputChars)
        return answer('codec-output', `What ${fn} returned is longer than ${maxOutputChars} characters as JSON.`);
      return answered;
    } catch (error) {
      if (error instanceof Error && error.message === 'out of memory')
        return answer('codec-memory', `${fn} needs more memory than a script may use.`);
      return answer('codec-failed', detailOf(error));
    }
  };
}
