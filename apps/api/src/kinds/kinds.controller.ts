import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { DISTRICTS } from '#core';
import { describeKind, deviceKinds, findKind, jsonSchemaOf, kinds } from '#kinds';
import type { Department, Registry } from '#registry';
import { Answers } from '../http/answers.decorator.js';
import { notFound } from '../http/problem.js';
import { REGISTRY } from '../ports.js';
import { templateOf } from './kind-template.js';
import { DepartmentsDto, DistrictsDto, KindDto, KindsDto, KindTemplateDto } from './kinds.dto.js';

/** What there is to know before any device is: the same for every caller. */
@ApiTags('catalogue')
@Controller('v1')
export class KindsController {
  constructor(@Inject(REGISTRY) private readonly registry: Registry) {}

  @Get('kinds')
  @ApiOperation({ summary: 'Kinds of devices, with their metrics and default alarms' })
  @ApiOkResponse({ type: KindsDto })
  @Answers()
  list(): KindsDto {
    return { kinds: kinds.map((kind) => describeKind(kind) as unknown as KindDto) };
  }

  @Get('kinds/:name')
  @ApiOperation({ summary: 'One kind, with the JSON Schema of its payload' })
  @ApiParam({ name: 'name', example: 'smart-lamppost' })
  @ApiOkResponse({ type: KindDto })
  @Answers('not-found')
  get(@Param('name') name: string): KindDto {
    const kind = findKind(name);
    if (kind === undefined) throw notFound('kind');
    return { ...(describeKind(kind) as unknown as KindDto), jsonSchema: jsonSchemaOf(kind) };
  }

  @Get('kinds/:name/template')
  @ApiOperation({ summary: 'What to start a device of the kind with: CSV, payload, topic, command' })
  @ApiParam({ name: 'name', example: 'smart-lamppost' })
  @ApiOkResponse({ type: KindTemplateDto })
  @Answers('not-found')
  template(@Param('name') name: string): KindTemplateDto {
    const kind = deviceKinds.find((each) => each.name === name);
    if (kind === undefined) throw notFound('kind');
    return templateOf(kind);
  }

  @Get('departments')
  @ApiOperation({ summary: 'Departments that own devices' })
  @ApiOkResponse({ type: DepartmentsDto })
  @Answers()
  async departments(): Promise<{ departments: Department[] }> {
    return { departments: await this.registry.departments.list() };
  }

  @Get('districts')
  @ApiOperation({ summary: 'The 18 districts' })
  @ApiOkResponse({ type: DistrictsDto })
  @Answers()
  districts(): DistrictsDto {
    return { districts: [...DISTRICTS] };
  }
}
