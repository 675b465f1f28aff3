import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { kinds } from '#kinds';
import type { AlarmTransition } from '#registry';
import { viewOfTransition } from '../alarms/alarm-view.js';
import { CurrentCaller, sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { PersonalAccess } from '../readings/personal-access.service.js';
import { AlarmTail } from './alarm-tail.service.js';
import { AnswersEvents, RETRY_MS } from './documented-stream.js';
import { badEventId } from './event-id.js';
import { parseReadingEventId, ReadingEvents } from './reading-events.js';
import { ReadingTail } from './reading-tail.service.js';
import { StreamRegistry } from './stream-registry.service.js';
import { AlarmStreamQueryDto, ReadingStreamQueryDto } from './stream.dto.js';

@ApiTags('streams')
@Controller('v1')
export class StreamsController {
  constructor(
    private readonly streams: StreamRegistry,
    private readonly alarms: AlarmTail,
    private readonly readings: ReadingTail,
    private readonly personal: PersonalAccess,
  ) {}

  @Get('alarms/stream')
  @ApiOperation({
    summary: 'Alarm transitions as they happen (server-sent events)',
    description:
      'Events of name `alarm` with an AlarmTransition as data. Starts with what is new, unless Last-Event-ID says where to go on.',
  })
  @AnswersEvents()
  @Answers('bad-request')
  async alarmStream(
    @CurrentCaller() caller: Caller,
    @Query() query: AlarmStreamQueryDto,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = alarmPosition(lastEventId);
    const stream = this.streams.open(caller, request, reply);
    const deliver = (transitions: readonly AlarmTransition[]): Promise<void> => {
      for (const transition of transitions) {
        if (!isWanted(caller, query, transition)) continue;
        stream.send({ id: String(transition.id), event: 'alarm', data: JSON.stringify(viewOfTransition(transition)) });
      }
      return stream.drained();
    };
    try {
      stream.whenClosed(await this.alarms.follow(after, deliver));
      stream.start(RETRY_MS);
    } catch (error) {
      stream.end();
      throw error;
    }
  }

  @Get('stream')
  @ApiOperation({
    summary: 'Readings as they are accepted (server-sent events)',
    description:
      'Events of name `reading` with {device, kind, department, district, time, receivedAt, values} as data.',
  })
  @AnswersEvents()
  @Answers('bad-request')
  async readingStream(
    @CurrentCaller() caller: Caller,
    @Query() query: ReadingStreamQueryDto,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const resume = lastEventId === undefined || lastEventId === '' ? null : parseReadingEventId(lastEventId);
    if (resume === null && lastEventId !== undefined && lastEventId !== '') throw badEventId();
    // Nobody knows yet whose readings will come; the entry names the kind.
    for (const kind of kinds)
      if (query.kind === undefined || query.kind === kind.name) await this.personal.note(caller, kind, null, [`stream:${kind.name}`]); // prettier-ignore
    const stream = this.streams.open(caller, request, reply);
    const events = new ReadingEvents(caller, query, resume);
    try {
      const end = await this.readings.follow(resume?.offset ?? null, (items) => {
        for (const item of items) for (const event of events.of(item)) stream.send(event);
        return stream.drained();
      });
      stream.whenClosed(end);
      stream.start(RETRY_MS);
    } catch (error) {
      stream.end();
      throw error;
    }
  }
}

function alarmPosition(lastEventId: string | undefined): number | null {
  if (lastEventId === undefined || lastEventId === '') return null;
  if (!/^\d{1,15}$/.test(lastEventId)) throw badEventId();
  return Number(lastEventId);
}

function isWanted(caller: Caller, query: AlarmStreamQueryDto, { snapshot }: AlarmTransition): boolean {
  const { kind, department, district, device, severity } = query;
  return (
    sees(caller, snapshot.department) &&
    (kind === undefined || kind === snapshot.kind) &&
    (department === undefined || department === snapshot.department) &&
    (district === undefined || district === snapshot.district) &&
    (severity === undefined || severity === snapshot.severity) &&
    (device === undefined || device.includes(snapshot.device))
  );
}
