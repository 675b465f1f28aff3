import { ValidationPipe } from '@nestjs/common';
import { validate } from 'class-validator';
import type { ValidationError } from 'class-validator';
import { Problem } from './problem.js';
import type { ProblemFault } from './problem.js';

/** `forbidUnknownValues` is set because Nest turns it off, and then an unknown object passes unchecked (TRAPS). */
const STRICT = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

/** Validates what comes in against its DTO class. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    ...STRICT,
    // The value tells a member that is missing from one that is wrong; it does not leave faultsOf.
    validationError: { target: false, value: true },
    exceptionFactory: (errors) => validationProblem(errors),
  });
}

/**
 * As the pipe, for a member of a body that a pipe cannot check, because it is one thing or an array of them.
 *
 * @param what the thing in words, such as 'device'
 * @param pointer where it stands in the body
 */
export async function shapeFaults(item: unknown, what: string, pointer: string): Promise<ProblemFault[]> {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return [{ pointer, detail: `A ${what} must be an object.` }];
  return (await validate(item, STRICT)).flatMap((error) => faultsOf(error, pointer));
}

export function validationProblem(errors: readonly ValidationError[]): Problem {
  const faults = errors.flatMap((error) => faultsOf(error, ''));
  const first = faults[0] ?? { pointer: '', detail: 'The request has not the expected shape.' };
  return new Problem('bad-request', first.detail, { pointer: first.pointer, faults });
}

function faultsOf(error: ValidationError, parent: string): ProblemFault[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const broken = Object.values(error.constraints ?? {});
  // Of what was not sent every rule would complain for itself.
  const isMissing = broken.length > 0 && error.value === undefined;
  const own = (isMissing ? [`${error.property} is missing`] : broken).map((detail) => ({ pointer, detail }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer))];
}
