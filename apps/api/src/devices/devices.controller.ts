import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Registry } from '#registry';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { Problem } from '../http/problem.js';
import { REGISTRY } from '../ports.js';
import { DeviceImportService } from './device-import.service.js';
import { ImportJobDto, ImportQueryDto, ImportResultDto } from './device-import.dto.js';
import { ImportJobs } from './import-jobs.service.js';
import { DeviceService } from './device.service.js';
import {
  DeviceChangeDto,
  DeviceDto,
  DeviceListDto,
  DevicePageDto,
  DeviceWithAccessDto,
  NewDeviceDto,
} from './device.dto.js';
import { viewOfDevice } from './device-view.js';
import { readNewDevices } from './new-devices.js';

/** Characters of a file whose import takes longer than a caller should wait for an answer. */
const ASYNC_ABOVE = 2 * 1024 * 1024;

const oneOrMany = (type: typeof NewDeviceDto | typeof DeviceWithAccessDto): object => ({
  oneOf: [{ $ref: getSchemaPath(type) }, { type: 'array', items: { $ref: getSchemaPath(type) } }],
});

@ApiTags('devices')
@ApiExtraModels(NewDeviceDto, DeviceWithAccessDto)
@Controller('v1/devices')
export class DevicesController {
  constructor(
    private readonly devices: DeviceService,
    private readonly imports: DeviceImportService,
    private readonly jobs: ImportJobs,
    @Inject(REGISTRY) private readonly registry: Registry,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Devices in order of id' })
  @ApiOkResponse({ type: DevicePageDto })
  @Answers('bad-request')
  list(@CurrentCaller() caller: Caller, @Query() query: DeviceListDto): Promise<DevicePageDto> {
    return this.devices.list(caller, query);
  }

  @Post()
  @Needs('engineer')
  @ApiOperation({
    summary: 'Register a device, or an array of devices',
    description: 'All or nothing. The MQTT password is shown in this answer only.',
  })
  @ApiBody({ schema: oneOrMany(NewDeviceDto) })
  @ApiCreatedResponse({ schema: oneOrMany(DeviceWithAccessDto) })
  @Answers('bad-request', 'forbidden', 'conflict', 'too-large')
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
  ): Promise<DeviceWithAccessDto | DeviceWithAccessDto[]> {
    const created = await this.devices.create(
      caller,
      await readNewDevices(
        body,
        await this.registry.departments.list(),
        await this.registry.templates.list(caller.departments),
      ),
    );
    return Array.isArray(body) ? created : created[0]!;
  }

  @Post('import')
  @Needs('engineer')
  @ApiOperation({
    summary: 'Register devices from CSV',
    description:
      'A dry run lists every row that could not be taken, and changes nothing. With `async`, and for files of more than 2 MiB, the answer is a job: GET /v1/imports/{id} says how far it is.',
  })
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', example: 'id,kind,department,latitude,longitude,name\n' } })
  @ApiOkResponse({ type: ImportResultDto, description: 'The result of a dry run.' })
  @ApiCreatedResponse({ type: ImportResultDto })
  @ApiAcceptedResponse({ type: ImportJobDto })
  @Answers('bad-request', 'forbidden', 'too-large')
  async import(
    @CurrentCaller() caller: Caller,
    @Query() query: ImportQueryDto,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportResultDto | ImportJobDto> {
    if (typeof body !== 'string') throw new Problem('bad-request', 'Send text/csv.', { status: 415 });
    if (query.async === true || body.length > ASYNC_ABOVE) {
      const job = this.jobs.start(caller, body, query.dryRun === true);
      void reply.status(202).header('location', `/v1/imports/${job.id}`);
      return job;
    }
    const result = await this.imports.run(caller, body, query.dryRun === true);
    void reply.status(query.dryRun === true ? 200 : 201);
    return result;
  }

  @Get(':id')
  @ApiOperation({ summary: 'One device' })
  @ApiParam({ name: 'id', example: 'GF3637' })
  @ApiOkResponse({ type: DeviceDto })
  @Answers('not-found')
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeviceDto> {
    return this.devices.describe(caller, id);
  }

  @Patch(':id')
  @Needs('engineer')
  @ApiOperation({ summary: 'Change a device; only the fields that are sent' })
  @ApiParam({ name: 'id', example: 'GF3637' })
  @ApiOkResponse({ type: DeviceDto })
  @Answers('bad-request', 'forbidden', 'not-found')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() change: DeviceChangeDto,
  ): Promise<DeviceDto> {
    return viewOfDevice(await this.devices.update(caller, id, change));
  }

  @Delete(':id')
  @Needs('engineer')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a device and revoke its key; its history stays in the store' })
  @ApiParam({ name: 'id', example: 'GF3637' })
  @ApiNoContentResponse()
  @Answers('forbidden', 'not-found')
  async remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.devices.remove(caller, id);
  }
}
