import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { QuotaService } from '../quotas/quota.service.js';
import { DeviceAccess } from './device-access.service.js';
import { DeviceDto, DeviceWithAccessDto, IsolateDto, RotateKeyQueryDto } from './device.dto.js';
import { viewOfDevice } from './device-view.js';
import { DeviceQuotaDto } from './quota.dto.js';

const Id = (): MethodDecorator => ApiParam({ name: 'id', example: 'GF3637' });

@ApiTags('devices')
@Controller('v1/devices/:id')
export class DeviceAccessController {
  constructor(
    private readonly access: DeviceAccess,
    private readonly quotas: QuotaService,
  ) {}

  @Post('rotate-key')
  @Needs('engineer')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give a device a new key',
    description:
      'The old one stops working and its connection is closed, at once or after the grace period. The new one is shown in this answer only.',
  })
  @Id()
  @ApiOkResponse({ type: DeviceWithAccessDto })
  @Answers('bad-request', 'forbidden', 'not-found')
  rotateKey(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() { grace }: RotateKeyQueryDto,
  ): Promise<DeviceWithAccessDto> {
    return this.access.rotateKey(caller, id, grace);
  }

  @Post('revoke-key')
  @Needs('engineer')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Revoke the key of a device',
    description: 'The device stays registered; its connection is closed. rotate-key gives it a new key.',
  })
  @Id()
  @ApiOkResponse({ type: DeviceDto })
  @Answers('forbidden', 'not-found')
  async revokeKey(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeviceDto> {
    return viewOfDevice(await this.access.revokeKey(caller, id));
  }

  @Post('isolate')
  @Needs('engineer')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Isolate a device',
    description: 'Its connection is closed and its messages are refused; its history stays.',
  })
  @Id()
  @ApiOkResponse({ type: DeviceDto })
  @Answers('bad-request', 'forbidden', 'not-found')
  async isolate(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { reason }: IsolateDto,
  ): Promise<DeviceDto> {
    return viewOfDevice(await this.access.isolate(caller, id, reason));
  }

  @Post('release')
  @Needs('engineer')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let an isolated device connect again' })
  @Id()
  @ApiOkResponse({ type: DeviceDto })
  @Answers('forbidden', 'not-found')
  async release(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeviceDto> {
    return viewOfDevice(await this.access.release(caller, id));
  }

  @Get('quota')
  @ApiOperation({
    summary: 'How much a device may send, and how much it has sent',
    description: 'Counted since the services started that meter it; estimated to about one percent.',
  })
  @Id()
  @ApiOkResponse({ type: DeviceQuotaDto })
  @Answers('not-found')
  quota(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeviceQuotaDto> {
    return this.quotas.of(caller, id);
  }
}
