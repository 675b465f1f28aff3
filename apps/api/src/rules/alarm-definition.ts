import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import type { AlarmDefault, Kind } from '#kinds';
import { Problem } from '../http/problem.js';
import { validationProblem } from '../http/validation.pipe.js';
import { AbsenceDefinitionDto, ThresholdDefinitionDto } from './alarm-definition.dto.js';

/**
 * The alarm that a rule defines, checked against its kind, so that the evaluator never meets one that it cannot run.
 * @throws Problem `bad-request` with pointers into `/definition`
 */
export async function readAlarmDefinition(
  id: string,
  kind: Kind,
  definition: Record<string, unknown>,
): Promise<AlarmDefault> {
  const shape = shapeOf(definition.type);
  const instance: ThresholdDefinitionDto | AbsenceDefinitionDto = plainToInstance(
    shape as typeof ThresholdDefinitionDto,
    { ...definition, id },
  );
  const errors = await validate(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  if (errors.length > 0) throw insideDefinition(validationProblem(errors));
  if (instance.type === 'threshold') requireMetric(kind, instance);
  return JSON.parse(JSON.stringify(instance)) as AlarmDefault;
}

function shapeOf(type: unknown): typeof ThresholdDefinitionDto | typeof AbsenceDefinitionDto {
  if (type === 'threshold') return ThresholdDefinitionDto;
  if (type === 'absence') return AbsenceDefinitionDto;
  throw new Problem('bad-request', "The type must be 'threshold' or 'absence'.", { pointer: '/definition/type' });
}

function requireMetric(kind: Kind, { metric: name, limit }: ThresholdDefinitionDto): void {
  const metric = kind.metrics.find((candidate) => candidate.name === name);
  if (metric === undefined) {
    const known = kind.metrics.map((candidate) => candidate.name).join(', ');
    throw new Problem('bad-request', `${kind.name} has no such metric; it has ${known}.`, {
      pointer: '/definition/metric',
    });
  }
  if (limit < metric.min || limit > metric.max) {
    throw new Problem(
      'bad-request',
      `The limit can never be crossed: ${name} lies between ${metric.min} and ${metric.max} ${metric.unit}.`,
      {
        pointer: '/definition/limit',
      },
    );
  }
}

function insideDefinition(problem: Problem): Problem {
  const inside = (pointer: string): string => `/definition${pointer}`;
  const faults = (problem.extras.faults ?? []).map((fault) => ({ ...fault, pointer: inside(fault.pointer) }));
  return new Problem('bad-request', problem.message, { pointer: inside(problem.extras.pointer ?? ''), faults });
}
