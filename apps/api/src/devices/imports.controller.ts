import { Controller, Get, Headers, Param, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { AnswersJobEvents } from '../streams/documented-stream.js';
import { JobStreams } from '../streams/job-streams.service.js';
import { ImportJobDto } from './device-import.dto.js';
import { ImportJobs } from './import-jobs.service.js';

@ApiTags('devices')
@Needs('engineer')
@Controller('v1/imports')
export class ImportsController {
  constructor(
    private readonly jobs: ImportJobs,
    private readonly streams: JobStreams,
  ) {}

  @Get(':id')
  @ApiOperation({ summary: 'How far an import is; only for who started it' })
  @ApiParam({ name: 'id', example: '5d1c0f2e9a' })
  @ApiOkResponse({ type: ImportJobDto })
  @Answers('forbidden', 'not-found')
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): ImportJobDto {
    return this.jobs.get(caller, id);
  }

  @Get(':id/stream')
  @ApiOperation({
    summary: 'How far an import is, as it goes on (server-sent events)',
    description:
      'Events of name `progress` with an ImportJob as data: how far it is now, then every change, then how it ended. Only for who started it.',
  })
  @ApiParam({ name: 'id', example: '5d1c0f2e9a' })
  @AnswersJobEvents()
  @Answers('bad-request', 'forbidden', 'not-found')
  async stream(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.streams.serve(
      { caller, request, reply, lastEventId },
      {
        // The caller is who started it, whoever looks.
        key: `import:${id}`,
        look: async () => this.jobs.get(caller, id),
        hasEnded: ({ endedAt }) => endedAt !== null,
      },
    );
  }

  @Get(':id/keys')
  @ApiOperation({
    summary: 'The keys of the devices that an import registered, as CSV',
    description: 'Once, and for fifteen minutes after the end of the import; they are kept nowhere.',
  })
  @ApiParam({ name: 'id', example: '5d1c0f2e9a' })
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string', example: 'clientId,username,password,topic\r\n' } })
  @Answers('forbidden', 'not-found', 'conflict')
  keys(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const csv = this.jobs.takeKeys(caller, id);
    void reply.header('content-type', 'text/csv; charset=utf-8').header('cache-control', 'no-store');
    return csv;
  }
}
