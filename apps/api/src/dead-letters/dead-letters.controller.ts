import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { DeadLetterFilter, StoredDeadLetter, TelemetryQueries } from '#timeseries';
import { CurrentCaller, scopeOf } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import type { ApiSettings } from '../environment.js';
import { Answers } from '../http/answers.decorator.js';
import { isoTime } from '../http/parameters.js';
import { notFound } from '../http/problem.js';
import { SETTINGS, TELEMETRY } from '../ports.js';
import { PageCursor } from '../readings/page-cursor.js';
import {
  DeadLetterDto,
  DeadLetterGroupQueryDto,
  DeadLetterGroupsDto,
  DeadLetterPageDto,
  DeadLetterQueryDto,
} from './dead-letter.dto.js';

const DEFAULT_PAGE = 100;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

@ApiTags('dead letters')
@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Messages that could not be stored, and why; newest first',
    description: 'Letters whose department is unknown are shown to those who see all departments.',
  })
  @ApiOkResponse({ type: DeadLetterPageDto })
  @Answers('bad-request')
  async list(@CurrentCaller() caller: Caller, @Query() query: DeadLetterQueryDto): Promise<DeadLetterPageDto> {
    const { department, limit = DEFAULT_PAGE, cursor: sealed, ...filters } = query;
    const departments = scopeOf(caller, department);
    const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
    const cursors = new PageCursor(this.settings.sessionKey, JSON.stringify(['dead-letters', departments, given]));
    const cursor = cursors.open(sealed);
    const page = await this.telemetry.deadLetters({
      ...given,
      departments,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
    return { deadLetters: page.deadLetters.map(viewOf), next: cursors.seal(page.next) };
  }

  @Get('groups')
  @ApiOperation({
    summary: 'How many letters have what in common',
    description:
      'By reason when nothing else is said: what to mend first. `open=true` leaves out what a replay resolved.',
  })
  @ApiOkResponse({ type: DeadLetterGroupsDto })
  @Answers('bad-request')
  async groups(@CurrentCaller() caller: Caller, @Query() query: DeadLetterGroupQueryDto): Promise<DeadLetterGroupsDto> {
    const { department, limit = DEFAULT_PAGE, by = ['code'], ...filters } = query;
    const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
    const filter: DeadLetterFilter = { ...given, departments: scopeOf(caller, department) };
    const groups = await this.telemetry.deadLetterGroups({ ...filter, by, limit });
    return {
      groups: groups.map(({ key, letters, open, first, last, example }) => ({
        key: { ...key },
        letters,
        open,
        firstReceivedAt: isoTime(first),
        lastReceivedAt: isoTime(last),
        example,
      })),
    };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One dead letter' })
  @ApiParam({ name: 'id', example: '4711-0' })
  @ApiOkResponse({ type: DeadLetterDto })
  @Answers('not-found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeadLetterDto> {
    const page = await this.telemetry.deadLetters({ departments: caller.departments, ids: [id], limit: 1 });
    const [letter] = page.deadLetters;
    if (letter === undefined) throw notFound('dead letter');
    return viewOf(letter);
  }
}

function viewOf(letter: StoredDeadLetter): DeadLetterDto {
  const { id, sequence, source, topic, device, department, kind, partial, rejections, payload } = letter;
  return {
    id,
    code: rejections[0]?.code ?? 'unknown',
    sequence,
    source,
    topic,
    receivedAt: isoTime(letter.receivedAt),
    device,
    department,
    kind,
    partial,
    rejections: [...rejections],
    payloadText: textOf(payload),
    payloadBase64: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64'),
    resolution: resolutionOf(letter),
  };
}

function resolutionOf({ resolution }: StoredDeadLetter): DeadLetterDto['resolution'] {
  if (resolution === null) return null;
  const { outcome, sequence, at, job } = resolution;
  const replaced = outcome === 'dead-letter' ? { supersededBy: `${sequence}-0` } : {};
  return { outcome, at: isoTime(at), replay: job, ...replaced };
}

function textOf(payload: Uint8Array): string | null {
  try {
    return UTF8.decode(payload);
  } catch {
    return null;
  }
}
