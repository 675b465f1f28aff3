import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { DeviceTypeDefinition } from '#device-types';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { DeviceTypeCatalogue, type KnownDeviceType } from './device-type-catalogue.service.js';
import {
  DeviceTypeDto,
  DeviceTypesDto,
  DeviceTypeSummaryDto,
  DeviceTypeUploadDto,
  ExamplesDto,
  PayloadDto,
  TriedPayloadDto,
  UploadQueryDto,
  UploadResultDto,
} from './device-type.dto.js';
import { DeviceTypeService } from './device-type.service.js';

const ID = { name: 'id', example: 'generic-lpp-environment' };

@ApiTags('device types')
@Controller('v1/device-types')
export class DeviceTypesController {
  constructor(
    private readonly types: DeviceTypeService,
    private readonly catalogue: DeviceTypeCatalogue,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Device types of the release and of this city, in order of id' })
  @ApiOkResponse({ type: DeviceTypesDto })
  @Answers()
  async list(): Promise<DeviceTypesDto> {
    return { deviceTypes: (await this.catalogue.list()).map(summaryOf) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One device type with its script and examples' })
  @ApiParam(ID)
  @ApiOkResponse({ type: DeviceTypeDto })
  @Answers('not-found')
  async get(@Param('id') id: string): Promise<DeviceTypeDto> {
    const known = await this.types.get(id);
    const { definition, script, examples } = known;
    return { ...summaryOf(known), definition, script, examples };
  }

  @Post()
  @Needs('engineer')
  @ApiOperation({
    summary: 'Add a device type',
    description:
      'The examples are run in the sandbox first, and what the type makes of them is validated; a type whose examples fail is refused unless `force` is set.',
  })
  @ApiCreatedResponse({ type: UploadResultDto })
  @ApiOkResponse({ type: UploadResultDto, description: 'Answer of a dry run.' })
  @Answers('bad-request', 'forbidden', 'conflict', 'examples-failed', 'too-large')
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: DeviceTypeUploadDto,
    @Query() query: UploadQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadResultDto> {
    const result = await this.types.create(caller, body, query);
    if (!result.saved) void reply.status(200);
    return result;
  }

  @Put(':id')
  @Needs('engineer')
  @ApiOperation({ summary: 'Replace a device type; its devices are decoded with the new one within seconds' })
  @ApiParam(ID)
  @ApiOkResponse({ type: UploadResultDto })
  @Answers('bad-request', 'forbidden', 'not-found', 'conflict', 'examples-failed', 'too-large')
  replace(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: DeviceTypeUploadDto,
    @Query() query: UploadQueryDto,
  ): Promise<UploadResultDto> {
    return this.types.replace(caller, id, body, query);
  }

  @Delete(':id')
  @Needs('engineer')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a device type that no device is of' })
  @ApiParam(ID)
  @ApiNoContentResponse()
  @Answers('forbidden', 'not-found', 'conflict')
  async remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.types.remove(caller, id);
  }

  @Post(':id/examples/run')
  @Needs('engineer')
  @HttpCode(200)
  @ApiOperation({ summary: 'Run the examples of a device type in the sandbox and say which pass' })
  @ApiParam(ID)
  @ApiOkResponse({ type: ExamplesDto })
  @Answers('forbidden', 'not-found')
  runExamples(@Param('id') id: string): Promise<ExamplesDto> {
    return this.types.examples(id);
  }

  @Post(':id/test')
  @Needs('engineer')
  @HttpCode(200)
  @ApiOperation({ summary: 'Decode, map and validate one payload; nothing is kept' })
  @ApiParam(ID)
  @ApiOkResponse({ type: TriedPayloadDto })
  @Answers('bad-request', 'forbidden', 'not-found', 'conflict')
  try(@Param('id') id: string, @Body() body: PayloadDto): Promise<TriedPayloadDto> {
    return this.types.try(id, body);
  }
}

function summaryOf({ id, builtIn, kind, definition, script, revision, faults }: KnownDeviceType): DeviceTypeSummaryDto {
  const { vendor, model, version, titles = {} } = definition as DeviceTypeDefinition;
  return { id, vendor, model, version, kind, titles, builtIn, decodesRaw: script !== null, revision, faults };
}
