import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { DeviceQuality, Registry } from '#registry';
import { CurrentCaller, scopeOf } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceService } from '../devices/device.service.js';
import type { ApiSettings } from '../environment.js';
import { Answers } from '../http/answers.decorator.js';
import { isoTime } from '../http/parameters.js';
import { notFound } from '../http/problem.js';
import { REGISTRY, SETTINGS } from '../ports.js';
import { PageCursor } from '../readings/page-cursor.js';
import { QualityDto, QualityPageDto, QualityQueryDto } from './quality.dto.js';

const DEFAULT_PAGE = 100;

@ApiTags('data quality')
@Controller('v1')
export class QualityController {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    private readonly devices: DeviceService,
  ) {}

  @Get('quality')
  @ApiOperation({
    summary: 'How good the data of devices are; worst first',
    description:
      'Reports of the last 24 hours, made every minute. An owner is also told on the topic `quality` of a device.',
  })
  @ApiOkResponse({ type: QualityPageDto })
  @Answers('bad-request')
  async list(@CurrentCaller() caller: Caller, @Query() query: QualityQueryDto): Promise<QualityPageDto> {
    const { department, kind, district, grade, limit = DEFAULT_PAGE, cursor: sealed } = query;
    const filter = {
      departments: scopeOf(caller, department),
      ...(kind === undefined ? {} : { kind }),
      ...(district === undefined ? {} : { district }),
    };
    const cursors = new PageCursor(this.settings.sessionKey, JSON.stringify(['quality', filter, grade ?? null]));
    const after = readCursor(cursors.open(sealed));
    const [counts, found] = await Promise.all([
      this.registry.quality.count(filter),
      this.registry.quality.list({
        ...filter,
        limit: limit + 1,
        ...(grade === undefined ? {} : { grade }),
        ...(after === null ? {} : { after }),
      }),
    ]);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const next = found.length > limit && last !== undefined ? `${last.score}:${last.device}` : null;
    return { counts, devices: page.map(viewOf), next: cursors.seal(next) };
  }

  @Get('devices/:id/quality')
  @ApiOperation({ summary: 'The last data quality report of a device, with the reasons of its score' })
  @ApiParam({ name: 'id', example: 'GF3637' })
  @ApiOkResponse({ type: QualityDto })
  @Answers('not-found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<QualityDto> {
    await this.devices.get(caller, id);
    const quality = await this.registry.quality.get(id);
    if (quality === null) throw notFound('report of the device yet');
    return viewOf(quality);
  }
}

function readCursor(text: string | undefined): { score: number; device: string } | null {
  if (text === undefined) return null;
  const at = text.indexOf(':');
  return { score: Number(text.slice(0, at)), device: text.slice(at + 1) };
}

function viewOf({ report, assessedAt, ...quality }: DeviceQuality): QualityDto {
  const range = ({ from, to }: { from: number; to: number }) => ({ from: isoTime(from), to: isoTime(to) });
  return {
    ...quality,
    assessedAt: isoTime(assessedAt),
    ...report,
    window: range(report.window),
    gaps: { ...report.gaps, latest: report.gaps.latest.map(range) },
    stuck: report.stuck.map((run) => ({ ...run, since: isoTime(run.since) })),
    reasons: [...report.reasons],
  };
}
