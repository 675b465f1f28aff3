import { Body, Controller, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiExcludeEndpoint,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { NetworkServer, Registry } from '#registry';
import { Public } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { parseJson } from '../http/body-parsers.js';
import { QueryText } from '../http/parameters.js';
import { Problem } from '../http/problem.js';
import { REGISTRY, SERVICE_BUS } from '../ports.js';
import type { ServiceBus } from '../ports.js';
import { TelemetryAcceptedDto } from '../telemetry/telemetry.dto.js';
import { NetworkAuthentication } from './network-authentication.service.js';
import { chirpStackTopic, foreign, thingsStackTopic, topicsOwner, uplinkTopic } from './uplink-topic.js';

class UplinkQueryDto {
  @QueryText('Application, when the network server has several.', 'meters') application?: string;
  @QueryText('DevEUI, when the body does not carry it as `devEui`.', '0016c001f000175a') devEui?: string;
}

const EXAMPLE = { type: 'object', additionalProperties: true };

/**
 * Messages of network servers over HTTP: published on our own broker as the network server would have over MQTT, the body
 * untouched. 202 means that it is on disk.
 */
@ApiTags('network servers')
@Public()
@ApiSecurity('networkServer')
@Controller('v1')
export class NetworkEdgesController {
  constructor(
    private readonly authentication: NetworkAuthentication,
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SERVICE_BUS) private readonly bus: ServiceBus,
  ) {}

  @Post('network/things-stack/:server')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Webhook of The Things Stack v3',
    description:
      'All messages, at this address or below it. The key of the network server as Bearer, as the password of Basic, or as X-Webhook-Secret. 202 means that it is on disk.',
  })
  @ApiParam({ name: 'server', example: 'tts' })
  @ApiBody({ schema: EXAMPLE })
  @ApiAcceptedResponse({ type: TelemetryAcceptedDto })
  @Answers('bad-request', 'forbidden', 'too-large')
  async thingsStack(
    @Param('server') id: string,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<TelemetryAcceptedDto> {
    const server = await this.authentication.namedServer(request, id, 'things-stack');
    const bytes = bytesOf(body);
    return this.publish(thingsStackTopic(server, parseJson(bytes)), bytes);
  }

  /** Each message type may have a path of its own behind the base URL. */
  @Post('network/things-stack/:server/*')
  @HttpCode(202)
  @ApiExcludeEndpoint()
  thingsStackBelow(
    @Param('server') id: string,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<TelemetryAcceptedDto> {
    return this.thingsStack(id, request, body);
  }

  @Post('network/chirpstack/:server')
  @HttpCode(202)
  @ApiOperation({
    summary: 'HTTP integration of ChirpStack v4, with payload encoding JSON',
    description: 'The key of the network server as Bearer. 202 means that it is on disk.',
  })
  @ApiParam({ name: 'server', example: 'gwin' })
  @ApiQuery({ name: 'event', example: 'up', description: 'What is sent: up, join, ack, txack, status, log, location.' })
  @ApiBody({ schema: EXAMPLE })
  @ApiAcceptedResponse({ type: TelemetryAcceptedDto })
  @Answers('bad-request', 'forbidden', 'too-large')
  async chirpStack(
    @Param('server') id: string,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<TelemetryAcceptedDto> {
    const server = await this.authentication.namedServer(request, id, 'chirpstack');
    const bytes = bytesOf(body);
    const { topic, application } = chirpStackTopic(server, eventOf(request), parseJson(bytes));
    await this.refuseForeign(server, application);
    return this.publish(topic, bytes);
  }

  @Post('uplinks')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Uplinks of any other network server',
    description:
      'HTTP Basic of the network server and its key, or the key as Bearer with X-Network-Server. 202 means that it is on disk.',
  })
  @ApiBody({ schema: { ...EXAMPLE, example: { devEui: '0016c001f000175a', fPort: 1, data: 'AQID' } } })
  @ApiAcceptedResponse({ type: TelemetryAcceptedDto })
  @Answers('bad-request', 'forbidden', 'too-large')
  async uplink(
    @Query() query: UplinkQueryDto,
    @Req() request: FastifyRequest,
    @Body() body: unknown,
  ): Promise<TelemetryAcceptedDto> {
    const server = await this.authentication.presentedServer(request, 'http');
    const bytes = bytesOf(body);
    const parsed = query.devEui === undefined ? parseJson(bytes) : undefined;
    return this.publish(uplinkTopic(server, parsed, query), bytes);
  }

  private async publish(topic: string, bytes: Buffer): Promise<TelemetryAcceptedDto> {
    await this.bus.publish(topic, bytes);
    return { status: 'journalled', topic };
  }

  /** The broker puts a message down to who has the application, so it must be who sent it. */
  private async refuseForeign(server: NetworkServer, application: string): Promise<void> {
    if (topicsOwner(server) !== null) return;
    const owner = await this.registry.networkServers.findByApplication(server.type, application);
    if (owner?.id !== server.id) throw foreign(server, application, '/deviceInfo/applicationId');
  }
}

/** Looked at only after the key: an address must not tell strangers more than that it wants one. */
function eventOf(request: FastifyRequest): string {
  const { event } = request.query as { event?: unknown };
  if (typeof event === 'string' && /^[a-z]{1,32}$/.test(event)) return event;
  throw new Problem('bad-request', 'The query must name the event, such as ?event=up; ChirpStack does so by itself.', {
    pointer: '/event',
  });
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body) && body.length > 0) return body;
  throw new Problem('bad-request', 'Send the message as the body.');
}
