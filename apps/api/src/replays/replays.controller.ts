import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { AnswersJobEvents } from '../streams/documented-stream.js';
import { JobStreams } from '../streams/job-streams.service.js';
import { ReplayDto, ReplayListDto, ReplayRequestDto, ReplaysDto } from './replay.dto.js';
import { ReplayService } from './replay.service.js';

const DEFAULT_LIST = 50;

@ApiTags('dead letters')
@Controller('v1/dead-letters')
export class ReplaysController {
  constructor(
    private readonly replays: ReplayService,
    private readonly streams: JobStreams,
  ) {}

  @Post('replay')
  @Needs('engineer')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Judge open dead letters again, by what is true now',
    description:
      'A job sends them through the journal with their original times, oldest first and no faster than live traffic allows. What was stored is not stored twice.',
  })
  @ApiAcceptedResponse({ type: ReplayDto })
  @Answers('bad-request', 'forbidden', 'not-replayable')
  start(@CurrentCaller() caller: Caller, @Body() request: ReplayRequestDto): Promise<ReplayDto> {
    return this.replays.start(caller, request);
  }

  @Get('replays')
  @ApiOperation({ summary: 'Replays, newest first' })
  @ApiOkResponse({ type: ReplaysDto })
  @Answers('bad-request')
  async list(@CurrentCaller() caller: Caller, @Query() query: ReplayListDto): Promise<ReplaysDto> {
    return { replays: await this.replays.list(caller, query.limit ?? DEFAULT_LIST) };
  }

  @Get('replays/:id')
  @ApiOperation({ summary: 'How far a replay is, and what became of its letters' })
  @ApiParam({ name: 'id' })
  @ApiOkResponse({ type: ReplayDto })
  @Answers('not-found')
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ReplayDto> {
    return this.replays.get(caller, id);
  }

  @Post('replays/:id/retry')
  @Needs('engineer')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Go on with a replay that failed, where it was; one that waits for its next attempt tries at once',
  })
  @ApiParam({ name: 'id' })
  @ApiOkResponse({ type: ReplayDto })
  @Answers('conflict', 'forbidden', 'not-found')
  retry(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ReplayDto> {
    return this.replays.retry(caller, id);
  }

  @Get('replays/:id/stream')
  @ApiOperation({
    summary: 'How far a replay is, as it goes on (server-sent events)',
    description:
      'Events of name `progress` with a Replay as data: how far it is now, then every change, then how it ended.',
  })
  @ApiParam({ name: 'id' })
  @AnswersJobEvents()
  @Answers('bad-request', 'not-found')
  async stream(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const job = await this.replays.watched(caller, id);
    await this.streams.serve({ caller, request, reply, lastEventId }, job);
  }

  @Delete('replays/:id')
  @Needs('engineer')
  @ApiOperation({ summary: 'Stop a replay; letters that are in the journal by then are settled all the same' })
  @ApiParam({ name: 'id' })
  @ApiOkResponse({ type: ReplayDto })
  @Answers('forbidden', 'not-found')
  cancel(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ReplayDto> {
    return this.replays.cancel(caller, id);
  }
}
