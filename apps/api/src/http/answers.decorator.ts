import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERRORS } from '#core';
import type { ErrorCode } from '#core';
import { PROBLEM_TYPE } from './problem.js';
import { ProblemDto } from './problem.dto.js';

/** Documents the problems that a route answers, beside those that every route may (401, 429, 500, 503). */
export function Answers(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set<ErrorCode>([
    ...codes,
    'unauthenticated',
    'too-many-requests',
    'internal',
    'unavailable',
  ])) {
    const { status = 503 } = ERRORS[code] as { status?: number };
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...[...byStatus].map(([status, group]) =>
      ApiResponse({
        status,
        description: group.map((code) => `${ERRORS[code].title} (\`${code}\`).`).join(' '),
        content: { [PROBLEM_TYPE]: { schema: { $ref: getSchemaPath(ProblemDto) } } },
      }),
    ),
  );
}
