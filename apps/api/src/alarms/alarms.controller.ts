import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Alarm, Registry } from '#registry';
import { CurrentCaller, Needs, scopeOf, visible } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { REGISTRY } from '../ports.js';
import {
  AcknowledgeDto,
  AlarmDto,
  AlarmListQueryDto,
  AlarmPageDto,
  AlarmWithTimelineDto,
  CommentDto,
} from './alarm.dto.js';
import { viewOfAlarm, viewOfTransition } from './alarm-view.js';

const DEFAULT_PAGE = 100;

@ApiTags('alarms')
@Controller('v1/alarms')
export class AlarmsController {
  constructor(@Inject(REGISTRY) private readonly registry: Registry) {}

  @Get()
  @ApiOperation({ summary: 'Alarms, newest raise first' })
  @ApiOkResponse({ type: AlarmPageDto })
  @Answers('bad-request')
  async list(@CurrentCaller() caller: Caller, @Query() query: AlarmListQueryDto): Promise<AlarmPageDto> {
    const { department, limit = DEFAULT_PAGE, ...filters } = query;
    const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
    const found = await this.registry.alarms.list({
      ...given,
      departments: scopeOf(caller, department),
      limit: limit + 1,
    });
    const alarms = found.slice(0, limit);
    return { alarms: alarms.map(viewOfAlarm), next: found.length > limit ? alarms.at(-1)!.id : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One alarm with its timeline' })
  @ApiParam({ name: 'id', example: 'pm25-high:GF3637:1795217632573' })
  @ApiOkResponse({ type: AlarmWithTimelineDto })
  @Answers('not-found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<AlarmWithTimelineDto> {
    const alarm = await this.find(caller, id);
    const timeline = await this.registry.alarms.timeline(id);
    return { ...viewOfAlarm(alarm), timeline: timeline.map(viewOfTransition) };
  }

  @Post(':id/acknowledge')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Acknowledge what is there now; again is no error' })
  @ApiParam({ name: 'id', example: 'pm25-high:GF3637:1795217632573' })
  @ApiOkResponse({ type: AlarmDto })
  @Answers('bad-request', 'forbidden', 'not-found')
  async acknowledge(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: AcknowledgeDto,
  ): Promise<AlarmDto> {
    await this.find(caller, id);
    return viewOfAlarm(
      visible(caller, await this.registry.alarms.acknowledge(id, caller.name, body.reason ?? null), 'alarm'),
    );
  }

  @Post(':id/comment')
  @Needs('operator')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add a comment to the timeline' })
  @ApiParam({ name: 'id', example: 'pm25-high:GF3637:1795217632573' })
  @ApiOkResponse({ type: AlarmDto })
  @Answers('bad-request', 'forbidden', 'not-found')
  async comment(@CurrentCaller() caller: Caller, @Param('id') id: string, @Body() body: CommentDto): Promise<AlarmDto> {
    await this.find(caller, id);
    return viewOfAlarm(visible(caller, await this.registry.alarms.comment(id, caller.name, body.text), 'alarm'));
  }

  private async find(caller: Caller, id: string): Promise<Alarm> {
    return visible(caller, await this.registry.alarms.get(id), 'alarm');
  }
}
