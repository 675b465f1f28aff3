import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiHeader, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { deviceTopic } from '#core';
import { Public } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { Problem } from '../http/problem.js';
import { SERVICE_BUS } from '../ports.js';
import type { ServiceBus } from '../ports.js';
import { HttpQuota } from '../quotas/http-quota.service.js';
import { DeviceAuthentication } from './device-authentication.service.js';
import { TelemetryAcceptedDto } from './telemetry.dto.js';

@ApiTags('telemetry')
@Controller('v1/telemetry')
export class TelemetryController {
  constructor(
    private readonly authentication: DeviceAuthentication,
    @Inject(SERVICE_BUS) private readonly bus: ServiceBus,
    private readonly quota: HttpQuota,
  ) {}

  @Public()
  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send readings without MQTT',
    description:
      'The body is what the device would publish: native JSON, SenML JSON or SenML CBOR. 202 means that it is on disk, as a PUBACK would; a body that cannot be read becomes a dead letter.',
  })
  @ApiSecurity('device')
  @ApiHeader({ name: 'x-device-id', required: false, description: 'Id of the device, when its key is sent as Bearer.' })
  @ApiBody({
    schema: {
      type: 'object',
      example: { ts: '2026-11-20T08:00:00+08:00', seq: 42, values: { temperature: 23.5 } },
    },
  })
  @ApiAcceptedResponse({ type: TelemetryAcceptedDto })
  @Answers('bad-request', 'forbidden', 'too-large')
  async send(@Req() request: FastifyRequest, @Body() body: unknown): Promise<TelemetryAcceptedDto> {
    const device = await this.authentication.deviceOf(request);
    if (!Buffer.isBuffer(body) || body.length === 0) throw new Problem('bad-request', 'Send the payload as the body.');
    this.quota.take(device, body.length);
    const topic = deviceTopic({ department: device.department, kind: device.kind, device: device.id }, 'telemetry');
    await this.bus.publish(topic, body);
    return { status: 'journalled', topic };
  }
}
