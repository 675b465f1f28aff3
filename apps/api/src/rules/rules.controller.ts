import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { StoredRule } from '#registry';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { isoTime } from '../http/parameters.js';
import { NewRuleDto, RuleChangeDto, RuleDto, RuleListQueryDto, RulesDto } from './rule.dto.js';
import { RuleService } from './rule.service.js';

@ApiTags('rules')
@Controller('v1/rules')
export class RulesController {
  constructor(private readonly rules: RuleService) {}

  @Get()
  @ApiOperation({ summary: 'Rules that override or add to the default alarms of the kinds' })
  @ApiOkResponse({ type: RulesDto })
  @Answers('bad-request')
  async list(@CurrentCaller() caller: Caller, @Query() query: RuleListQueryDto): Promise<RulesDto> {
    return { rules: (await this.rules.list(caller, query.kind)).map(viewOf) };
  }

  @Post()
  @Needs('engineer')
  @ApiOperation({ summary: 'Add a rule' })
  @ApiCreatedResponse({ type: RuleDto })
  @Answers('bad-request', 'forbidden', 'conflict')
  async create(@CurrentCaller() caller: Caller, @Body() body: NewRuleDto): Promise<RuleDto> {
    const { id, ...change } = body;
    return viewOf(await this.rules.create(caller, id, change));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One rule' })
  @ApiParam({ name: 'id', example: 'pm25-high' })
  @ApiOkResponse({ type: RuleDto })
  @Answers('not-found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<RuleDto> {
    return viewOf(await this.rules.get(caller, id));
  }

  @Put(':id')
  @Needs('engineer')
  @ApiOperation({ summary: 'Replace a rule' })
  @ApiParam({ name: 'id', example: 'pm25-high' })
  @ApiOkResponse({ type: RuleDto })
  @Answers('bad-request', 'forbidden', 'not-found')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() change: RuleChangeDto,
  ): Promise<RuleDto> {
    return viewOf(await this.rules.update(caller, id, change));
  }

  @Delete(':id')
  @Needs('engineer')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a rule' })
  @ApiParam({ name: 'id', example: 'pm25-high' })
  @ApiNoContentResponse()
  @Answers('forbidden', 'not-found')
  async remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.rules.remove(caller, id);
  }
}

function viewOf(rule: StoredRule): RuleDto {
  const { id, kind, department, device, enabled, definition } = rule;
  return { id, kind, department, device, enabled, definition, updatedAt: isoTime(rule.updatedAt) };
}
