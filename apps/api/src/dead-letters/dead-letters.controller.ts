import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DeadLetter } from '#core';
import type { TelemetryQueries } from '#timeseries';
import { CurrentCaller, scopeOf } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import type { ApiSettings } from '../environment.js';
import { Answers } from '../http/answers.decorator.js';
import { isoTime } from '../http/parameters.js';
import { SETTINGS, TELEMETRY } from '../ports.js';
import { PageCursor } from '../readings/page-cursor.js';
import { DeadLetterDto, DeadLetterPageDto, DeadLetterQueryDto } from './dead-letter.dto.js';

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
}

function viewOf(letter: DeadLetter): DeadLetterDto {
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
  };
}

function textOf(payload: Uint8Array): string | null {
  try {
    return UTF8.decode(payload);
  } catch {
    return null;
  }
}
