/**
 * Runs inside the sandbox: its text is evaluated there, so it may refer to nothing outside itself. Whatever it needs of the
 * language it takes before the script runs, because a script may change its built-ins.
 */
export interface GuestOptions {
  readonly maxOutputChars: number;
}

/** Name of the function, JSON text of its input, flags; returns JSON text of a `CallOutput` or a `GuestFault`. */
export type GuestCall = (fn: string, input: string, normalize: boolean, keepLogs: boolean) => string;

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
  const { deleteProperty, apply } = Reflect;
  const { keys, defineProperty } = Object;
  const { isArray, from } = Array;
  const { isView } = ArrayBuffer;
  const DateOf = Date;
  const TextOf = String;
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
  // Not enumerable, like all that the language itself has there: what a script leaves behind is then found at a glance.
  for (const [name, value] of [
    ['console', console],
    ['module', { exports: {} }],
    ['exports', {}],
  ] as const)
    defineProperty(root, name, { value, writable: true, configurable: true, enumerable: false });

  /** Takes away what the last call left in the global object, such as a variable that it never declared. */
  function clean(): void {
    const left = keys(root);
    for (let i = 0; i < left.length; i++) deleteProperty(root, left[i]!);
    const module = { exports: {} };
    root.module = module;
    root.exports = module.exports;
    root.console = console;
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
    return text.length > MAX_DETAIL_CHARS ? `${text.slice(0, MAX_DETAIL_CHARS)}...` : text;
  }

  function answer(fault: GuestFault['fault'], detail: string): string {
    return stringify((keeping ? { fault, detail, logs } : { fault, detail }) satisfies GuestFault);
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

  /** What counts of an output; bytes become a plain array whatever they were. */
  function plain(result: Record<string, unknown>): Record<string, unknown> {
    const { data, bytes, fPort, errors, warnings } = result;
    return { data, bytes: isView(bytes) ? from(bytes as Uint8Array) : bytes, fPort, errors, warnings };
  }

  return (fn, text, normalize, keepLogs) => {
    keeping = keepLogs;
    logs = [];
    clean();
    try {
      const input = parse(text) as Record<string, unknown>;
      if (typeof input.recvTime === 'number') input.recvTime = new DateOf(input.recvTime);
      const scope = run();
      const call = callee(scope, fn);
      if (call === null) return answer('codec-failed', `The script defines no function ${fn}.`);
      const result = call(input);
      if (typeof result !== 'object' || result === null || isArray(result))
        return answer('codec-output', `${fn} must return an object, it returned ${shown(result).slice(0, 80)}.`);
      if (typeof (result as { then?: unknown }).then === 'function')
        return answer('codec-output', `${fn} must return its result, not a promise of it.`);
      const output = plain(result as Record<string, unknown>);
      const failed = isArray(output.errors) ? output.errors.length > 0 : false;
      const normalizer = normalize && !failed ? find(scope, 'normalizeUplink') : null;
      const normalized = normalizer === null ? undefined : apply(normalizer, root, [{ data: output.data }]);
      const answered = stringify(keepLogs ? { output, normalized, logs } : { output, normalized });
      if (typeof answered !== 'string') return answer('codec-output', `What ${fn} returned cannot be written as JSON.`);
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
