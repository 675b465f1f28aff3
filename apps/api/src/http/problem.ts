import { ERRORS } from '#core';
import type { ErrorCode } from '#core';

/** One of several faults of a request. */
export interface ProblemFault {
  /** RFC 6901 pointer into the body, or the name of a query parameter as '/name'. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemExtras {
  readonly pointer?: string;
  readonly faults?: readonly ProblemFault[];
  /** Overrides the status of the catalogue where HTTP has a more exact one (405, 415). */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** Members of the document that belong to this code, such as the nearest allowed query. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A request that cannot be answered as asked. Thrown anywhere in this app; `ProblemFilter` writes it. */
export class Problem extends Error {
  constructor(
    readonly code: ErrorCode,
    detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail, { cause: extras.cause });
    this.name = 'Problem';
  }

  get status(): number {
    return this.extras.status ?? statusOf(this.code);
  }
}

/** RFC 9457 document, with `code`, `pointer`, `errors` and `remedy` as extension members. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly pointer?: string;
  readonly errors?: readonly ProblemFault[];
  readonly requestId?: string;
  readonly [member: string]: unknown;
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The type URI resolves, against the API's own address, to the page that explains the code. */
function problemType(code: ErrorCode): string {
  return `/docs/errors#${code}`;
}

export function problemDocument(problem: Problem, requestId?: string): ProblemDocument {
  const { pointer, faults, members } = problem.extras;
  const entry = ERRORS[problem.code];
  return {
    type: problemType(problem.code),
    title: entry.title,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    remedy: entry.remedy,
    ...(pointer === undefined ? {} : { pointer }),
    ...(faults === undefined ? {} : { errors: faults }),
    ...members,
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** Faults of the platform itself answer 503: the request may succeed later. */
function statusOf(code: ErrorCode): number {
  const entry: { status?: number } = ERRORS[code];
  return entry.status ?? 503;
}

export const notFound = (what: string): Problem => new Problem('not-found', `There is no ${what} that you may see.`);
