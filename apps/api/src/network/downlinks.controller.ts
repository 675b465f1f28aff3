import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { DownlinkDto, DownlinkListDto, DownlinksDto, NewDownlinkDto } from './downlink.dto.js';
import { DownlinkService } from './downlink.service.js';

@ApiTags('devices')
@Controller('v1/devices/:id/downlinks')
export class DownlinksController {
  constructor(private readonly downlinks: DownlinkService) {}

  @Get()
  @ApiOperation({ summary: 'Downlinks of a device and what became of them, newest first' })
  @ApiParam({ name: 'id', example: 'LPN-1' })
  @ApiOkResponse({ type: DownlinksDto })
  @Answers('bad-request', 'not-found')
  list(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: DownlinkListDto,
  ): Promise<DownlinksDto> {
    return this.downlinks.list(caller, id, query);
  }

  @Post()
  @Needs('operator')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send bytes to a LoRaWAN device',
    description:
      'Given to the network server through which the device was heard last. A device of class A receives it after its next uplink.',
  })
  @ApiParam({ name: 'id', example: 'LPN-1' })
  @ApiAcceptedResponse({ type: DownlinkDto })
  @Answers('bad-request', 'forbidden', 'not-found', 'conflict', 'no-way-to-device', 'downlink-refused')
  send(@CurrentCaller() caller: Caller, @Param('id') id: string, @Body() body: NewDownlinkDto): Promise<DownlinkDto> {
    return this.downlinks.send(caller, id, body);
  }
}
