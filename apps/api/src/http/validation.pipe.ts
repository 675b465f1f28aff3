import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { Problem } from './problem.js';
import type { ProblemFault } from './problem.js';

/**
 * Validates what comes in against its DTO class. `forbidUnknownValues` is set because Nest turns it off, and then an
 * unknown object passes unchecked (TRAPS).
 */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => validationProblem(errors),
  });
}

export function validationProblem(errors: readonly ValidationError[]): Problem {
  const faults = errors.flatMap((error) => faultsOf(error, ''));
  const first = faults[0] ?? { pointer: '', detail: 'The request has not the expected shape.' };
  return new Problem('bad-request', first.detail, { pointer: first.pointer, faults });
}

function faultsOf(error: ValidationError, parent: string): ProblemFault[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer))];
}
