import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { AdoptedDto, AdoptionDto, SightingDto, SightingQueryDto, SightingsDto } from './sighting.dto.js';
import { SightingService } from './sighting.service.js';

const DEFAULT_LIST = 100;

@ApiTags('devices')
@Needs('engineer')
@Controller('v1/sightings')
export class SightingsController {
  constructor(private readonly sightings: SightingService) {}

  @Get()
  @ApiOperation({
    summary: 'Devices that send or try to log in, and that nobody has registered',
    description: 'They belong to no department yet: who does not see all departments sees none.',
  })
  @ApiOkResponse({ type: SightingsDto })
  @Answers('bad-request', 'forbidden')
  async list(@CurrentCaller() caller: Caller, @Query() query: SightingQueryDto): Promise<SightingsDto> {
    const { open = true, limit = DEFAULT_LIST, offset = 0 } = query;
    return { sightings: await this.sightings.list(caller, { open, limit, offset }) };
  }

  @Post(':id/adopt')
  @ApiOperation({
    summary: 'Register the device, and replay what was kept of it',
    description:
      'The body is that of `POST /v1/devices`, without what the sighting knows. The MQTT password is shown in this answer only.',
  })
  @ApiParam({ name: 'id', example: '0016c001f000175a' })
  @ApiCreatedResponse({ type: AdoptedDto })
  @Answers('bad-request', 'forbidden', 'not-found', 'conflict')
  adopt(@CurrentCaller() caller: Caller, @Param('id') id: string, @Body() adoption: AdoptionDto): Promise<AdoptedDto> {
    return this.sightings.adopt(caller, id, adoption);
  }

  @Post(':id/ignore')
  @HttpCode(200)
  @ApiOperation({ summary: 'Show the device no more; its messages stay dead letters' })
  @ApiParam({ name: 'id', example: '0016c001f000175a' })
  @ApiOkResponse({ type: SightingDto })
  @Answers('forbidden', 'not-found')
  ignore(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<SightingDto> {
    return this.sightings.ignore(caller, id);
  }
}
