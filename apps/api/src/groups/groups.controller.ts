import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentCaller } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { asCsv, wantsCsv } from '../readings/readings.controller.js';
import { DeviceReadingsQueryDto } from '../readings/readings.dto.js';
import { readingsCsv } from '../readings/readings-csv.js';
import { GroupDto, GroupListDto, GroupReadingsDto, GroupsDto } from './group.dto.js';
import { GroupService } from './group.service.js';

const ID = { name: 'id', example: 'street:parking-space:td:nathan-road' };

/** Values of streets and places, which the platform derives from the devices there. */
@ApiTags('readings')
@ApiExtraModels(GroupReadingsDto)
@Controller('v1/groups')
export class GroupsController {
  constructor(private readonly groups: GroupService) {}

  @Get()
  @ApiOperation({ summary: 'Streets and places with values of their own, and their last values' })
  @ApiOkResponse({ type: GroupsDto })
  @Answers('bad-request')
  async list(@CurrentCaller() caller: Caller, @Query() query: GroupListDto): Promise<GroupsDto> {
    return { groups: await this.groups.list(caller, query) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One street or place' })
  @ApiParam(ID)
  @ApiOkResponse({ type: GroupDto })
  @Answers('not-found')
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<GroupDto> {
    return this.groups.get(caller, id);
  }

  @Get(':id/readings')
  @ApiOperation({ summary: 'History of a street or place: values as they were derived, or buckets with `every`' })
  @ApiParam(ID)
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(GroupReadingsDto) } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @Answers('bad-request', 'query-too-large', 'not-found')
  async readings(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Query() query: DeviceReadingsQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<GroupReadingsDto | string> {
    const answer = await this.groups.readings(caller, id, query);
    if (!wantsCsv(request, query.format)) return answer;
    const aggregates = query.every === undefined ? [] : (query.aggregate ?? ['mean' as const]);
    return asCsv(reply, answer.next, readingsCsv(answer.readings, { aggregates }));
  }
}
