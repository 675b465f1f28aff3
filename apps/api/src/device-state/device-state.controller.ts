import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { DeviceState, Registry } from '#registry';
import { CurrentCaller } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceService } from '../devices/device.service.js';
import { Answers } from '../http/answers.decorator.js';
import { isoTime } from '../http/parameters.js';
import { REGISTRY } from '../ports.js';
import { DeviceStateDto, GatewayListDto, GatewayPageDto } from './device-state.dto.js';

const DEFAULT_PAGE = 500;

/** What network servers say of devices, and the gateways that hear them. */
@ApiTags('devices')
@Controller('v1')
export class DeviceStateController {
  constructor(
    private readonly devices: DeviceService,
    @Inject(REGISTRY) private readonly registry: Registry,
  ) {}

  @Get('devices/:id/state')
  @ApiOperation({
    summary: 'What the network server says of a device: session, battery, log, downlinks',
    description: 'Empty for a device that is not on a LoRaWAN network, or was not heard of yet.',
  })
  @ApiParam({ name: 'id', example: 'GF3637' })
  @ApiOkResponse({ type: DeviceStateDto })
  @Answers('not-found')
  async ofDevice(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<DeviceStateDto> {
    const device = await this.devices.get(caller, id);
    const state = await this.registry.deviceState.get(device.id);
    return state === null ? nothingOf(device.id) : viewOf(state);
  }

  @Get('gateways')
  @ApiOperation({
    summary: 'LoRaWAN gateways in order of number',
    description: 'Readings name gateways by number, because every stored value is one.',
  })
  @ApiOkResponse({ type: GatewayPageDto })
  @Answers('bad-request')
  async gateways(@Query() query: GatewayListDto): Promise<GatewayPageDto> {
    const { after, limit = DEFAULT_PAGE } = query;
    const found = await this.registry.gateways.list({
      limit: limit + 1,
      ...(after === undefined ? {} : { after }),
    });
    const gateways = found.slice(0, limit).map(({ number, eui, firstSeen, lastSeen }) => ({
      number,
      eui,
      firstSeen: isoTime(firstSeen),
      lastSeen: isoTime(lastSeen),
    }));
    return { gateways, next: found.length > limit ? gateways.at(-1)!.number : null };
  }
}

function nothingOf(device: string): DeviceStateDto {
  return { device, network: null, battery: null, location: null, log: [], downlinks: [], updatedAt: null };
}

function viewOf({ device, network, battery, location, log, downlinks, updatedAt }: DeviceState): DeviceStateDto {
  return {
    device,
    network: network === null ? null : networkView(network),
    battery: battery === null ? null : { ...battery, at: isoTime(battery.at) },
    location: location === null ? null : { ...location, at: isoTime(location.at) },
    log: log.map((entry) => ({ ...entry, at: isoTime(entry.at) })),
    downlinks: downlinks.map((downlink) => ({ ...downlink, at: isoTime(downlink.at) })),
    updatedAt: isoTime(updatedAt),
  };
}

function networkView({ at: _at, joinedAt, lastUplinkAt, ...network }: NonNullable<DeviceState['network']>) {
  return {
    ...network,
    joinedAt: joinedAt === null ? null : isoTime(joinedAt),
    lastUplinkAt: lastUplinkAt === null ? null : isoTime(lastUplinkAt),
  };
}
