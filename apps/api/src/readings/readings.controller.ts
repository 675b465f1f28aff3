import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { findKind } from '#kinds';
import type { Kind } from '#kinds';
import type { Device } from '#registry';
import { CurrentCaller } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceService } from '../devices/device.service.js';
import { Answers } from '../http/answers.decorator.js';
import { notFound, Problem } from '../http/problem.js';
import { DeviceReadingsService } from './device-readings.service.js';
import { FleetReadingsService } from './fleet-readings.service.js';
import { DeviceLatestQueryDto, LatestDto, LatestPageDto, LatestQueryDto } from './latest.dto.js';
import { LatestService } from './latest.service.js';
import { DeviceReadingsQueryDto, ReadingsDto, ReadingsQueryDto } from './readings.dto.js';
import { PersonalAccess } from './personal-access.service.js';
import { readingsCsv } from './readings-csv.js';

const READINGS_ANSWER = {
  description:
    'Readings, how complete they are, and the cursor of the next page. CSV has the readings only; the cursor is in the header `x-next-cursor`.',
  content: {
    'application/json': { schema: { $ref: getSchemaPath(ReadingsDto) } },
    'text/csv': { schema: { type: 'string' as const } },
  },
};

@ApiTags('readings')
@ApiExtraModels(ReadingsDto)
@Controller('v1')
export class ReadingsController {
  constructor(
    private readonly devices: DeviceService,
    private readonly history: DeviceReadingsService,
    private readonly fleet: FleetReadingsService,
    private readonly latest: LatestService,
    private readonly personal: PersonalAccess,
  ) {}

  @Get('devices/:id/readings')
  @ApiOperation({ summary: 'History of a device: raw readings, or buckets with `every`' })
  @ApiParam({ name: 'id', example: 'GF3637' })
  @ApiOkResponse(READINGS_ANSWER)
  @Answers('bad-request', 'query-too-large', 'not-found')
  async ofDevice(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: DeviceReadingsQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReadingsDto | string> {
    const device = await this.devices.get(caller, id);
    const kind = kindOf(device, query.kind);
    await this.personal.note(caller, kind, query.metric ?? null, [id]);
    const answer = await this.history.read(kind, device, query);
    if (!wantsCsv(request, query.format)) return answer;
    const aggregates = query.every === undefined ? [] : (query.aggregate ?? ['mean' as const]);
    return asCsv(reply, answer.next, readingsCsv(answer.readings, { aggregates }));
  }

  @Get('devices/:id/latest')
  @ApiOperation({ summary: 'Last known values of a device' })
  @ApiParam({ name: 'id', example: 'GF3637' })
  @ApiOkResponse({ type: LatestDto })
  @Answers('bad-request', 'not-found')
  async latestOfDevice(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() { kind }: DeviceLatestQueryDto,
  ): Promise<LatestDto> {
    const device = await this.devices.get(caller, id);
    const asked = kind === undefined ? findKind(device.kind) : kindOf(device, kind);
    if (asked !== undefined) await this.personal.note(caller, asked, null, [id]);
    return this.latest.ofDevice(device, asked);
  }

  @Get('latest')
  @ApiOperation({ summary: 'Last known values of many devices, in order of id' })
  @ApiOkResponse({ type: LatestPageDto })
  @Answers('bad-request')
  latestOfMany(@CurrentCaller() caller: Caller, @Query() query: LatestQueryDto): Promise<LatestPageDto> {
    return this.latest.page(caller, query);
  }

  @Get('readings')
  @ApiOperation({ summary: 'History across devices of one kind, in buckets, grouped' })
  @ApiOkResponse(READINGS_ANSWER)
  @Answers('bad-request', 'query-too-large')
  async ofMany(
    @CurrentCaller() caller: Caller,
    @Query() query: ReadingsQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReadingsDto | string> {
    const answer = await this.fleet.read(caller, query);
    if (!wantsCsv(request, query.format)) return answer;
    const { groupBy = 'device', aggregate = ['mean' as const] } = query;
    return asCsv(
      reply,
      null,
      readingsCsv(answer.readings, { subject: groupBy === 'none' ? 'group' : groupBy, aggregates: aggregate }),
    );
  }
}

/** The device's own kind, or a companion that is stored beside its readings. */
function kindOf(device: Device, name = device.kind): Kind {
  const kind = findKind(name);
  if (kind === undefined && name === device.kind) throw notFound('kind');
  if (kind === undefined || (name !== device.kind && kind.companion !== true)) {
    const detail = `The readings of this device are of '${device.kind}', or of a companion kind of GET /v1/kinds.`;
    throw new Problem('bad-request', detail, { pointer: '/kind' });
  }
  return kind;
}

export function wantsCsv(request: FastifyRequest, format: string | undefined): boolean {
  return format === undefined ? /\btext\/csv\b/.test(request.headers.accept ?? '') : format === 'csv';
}

export function asCsv(reply: FastifyReply, next: string | null, text: string): string {
  void reply.header('content-type', 'text/csv; charset=utf-8; header=present');
  void reply.header('content-disposition', 'attachment; filename="readings.csv"');
  if (next !== null) void reply.header('x-next-cursor', next);
  return text;
}
