import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { DeviceTemplate } from '#registry';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { isoTime } from '../http/parameters.js';
import { NewTemplateDto, TemplateChangeDto, TemplateDto, TemplatesDto } from './template.dto.js';
import { TemplateService } from './template.service.js';

const Id = (): MethodDecorator => ApiParam({ name: 'id', example: 'kowloon-lampposts' });

@ApiTags('devices')
@Controller('v1/templates')
export class TemplatesController {
  constructor(private readonly templates: TemplateService) {}

  @Get()
  @ApiOperation({ summary: 'Templates for devices that are set up alike' })
  @ApiOkResponse({ type: TemplatesDto })
  @Answers()
  async list(@CurrentCaller() caller: Caller): Promise<TemplatesDto> {
    return { templates: (await this.templates.list(caller)).map(viewOf) };
  }

  @Post()
  @Needs('engineer')
  @ApiOperation({ summary: 'Add a template' })
  @ApiCreatedResponse({ type: TemplateDto })
  @Answers('bad-request', 'forbidden', 'conflict')
  async create(@CurrentCaller() caller: Caller, @Body() { id, ...change }: NewTemplateDto): Promise<TemplateDto> {
    return viewOf(await this.templates.create(caller, id, change));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One template' })
  @Id()
  @ApiOkResponse({ type: TemplateDto })
  @Answers('not-found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TemplateDto> {
    return viewOf(await this.templates.get(caller, id));
  }

  @Put(':id')
  @Needs('engineer')
  @ApiOperation({ summary: 'Replace a template; devices that were made from it stay as they are' })
  @Id()
  @ApiOkResponse({ type: TemplateDto })
  @Answers('bad-request', 'forbidden', 'not-found')
  async replace(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() change: TemplateChangeDto,
  ): Promise<TemplateDto> {
    return viewOf(await this.templates.replace(caller, id, change));
  }

  @Delete(':id')
  @Needs('engineer')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a template' })
  @Id()
  @ApiNoContentResponse()
  @Answers('forbidden', 'not-found')
  async remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.templates.remove(caller, id);
  }
}

function viewOf({ updatedAt, ...template }: DeviceTemplate): TemplateDto {
  return { ...template, updatedAt: isoTime(updatedAt) };
}
