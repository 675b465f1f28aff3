import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { Problem } from '../http/problem.js';
import { SERVICE_BUS } from '../ports.js';
import type { ServiceBus } from '../ports.js';
import { ApiMetrics } from './api-metrics.js';
import { isLoopback } from './loopback.js';
import { ReadinessService } from './readiness.service.js';

class CheckDto {
  @ApiProperty({ example: 'broker' }) name!: string;
  @ApiProperty() ok!: boolean;
  @ApiPropertyOptional() detail?: string;
}

class LiveDto {
  @ApiProperty({ enum: ['live'] }) status!: 'live';
}

class ReadyDto {
  @ApiProperty({ enum: ['ready'] }) status!: 'ready';
  @ApiProperty({ type: [CheckDto] }) checks!: CheckDto[];
}

@ApiTags('health')
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly metrics: ApiMetrics,
    @Inject(SERVICE_BUS) private readonly bus: ServiceBus,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'Whether this process answers' })
  @ApiOkResponse({ type: LiveDto })
  @Answers()
  live(): LiveDto {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: '200 only when a PUBLISH would be stored; else 503 with what is wrong' })
  @ApiOkResponse({ type: ReadyDto })
  @Answers('unavailable')
  async ready(): Promise<ReadyDto> {
    const checks = await this.readiness.checks();
    const failed = checks.filter(({ ok }) => !ok);
    if (failed.length > 0) {
      const detail = failed.map((check) => check.detail).join(' ');
      throw new Problem('unavailable', detail, { members: { checks }, retryAfterSeconds: 1 });
    }
    return { status: 'ready', checks };
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Metrics for Prometheus; without credentials from this machine only' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @Answers('unauthenticated')
  async prometheus(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (request.caller === null && !isLoopback(request))
      throw new Problem('unauthenticated', 'Credentials are needed here.');
    void reply.header('content-type', this.metrics.contentType);
    return this.metrics.text(this.bus.statuses());
  }
}
