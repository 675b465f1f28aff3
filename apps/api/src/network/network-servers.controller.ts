import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Req } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import type { ApiSettings } from '../environment.js';
import { Answers } from '../http/answers.decorator.js';
import { SETTINGS } from '../ports.js';
import {
  NetworkServerChangeDto,
  NetworkServerDto,
  NetworkServersDto,
  NetworkServerWithKeyDto,
  NewNetworkServerDto,
} from './network-server.dto.js';
import { NetworkServerService } from './network-server.service.js';
import { reachOf } from './reach.js';

@ApiTags('network servers')
@Needs('engineer')
@Controller('v1/network-servers')
export class NetworkServersController {
  constructor(
    private readonly servers: NetworkServerService,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get()
  @ApiOperation({ summary: 'LoRaWAN network servers in order of id' })
  @ApiOkResponse({ type: NetworkServersDto })
  @Answers('forbidden')
  async list(@CurrentCaller() caller: Caller): Promise<NetworkServersDto> {
    return { networkServers: await this.servers.list(caller) };
  }

  @Post()
  @ApiOperation({
    summary: 'Connect a network server',
    description: 'Its key and what to set up there are shown in this answer only.',
  })
  @ApiCreatedResponse({ type: NetworkServerWithKeyDto })
  @Answers('bad-request', 'forbidden', 'conflict')
  create(
    @CurrentCaller() caller: Caller,
    @Body() body: NewNetworkServerDto,
    @Req() request: FastifyRequest,
  ): Promise<NetworkServerWithKeyDto> {
    return this.servers.create(caller, body, reachOf(request, this.settings));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One network server, without its key' })
  @ApiParam({ name: 'id', example: 'gwin' })
  @ApiOkResponse({ type: NetworkServerDto })
  @Answers('forbidden', 'not-found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<NetworkServerDto> {
    return this.servers.view(await this.servers.get(caller, id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a network server; only the fields that are sent' })
  @ApiParam({ name: 'id', example: 'gwin' })
  @ApiOkResponse({ type: NetworkServerDto })
  @Answers('bad-request', 'forbidden', 'not-found', 'conflict')
  update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() change: NetworkServerChangeDto,
  ): Promise<NetworkServerDto> {
    return this.servers.update(caller, id, change);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a network server with its key; what it brought stays' })
  @ApiParam({ name: 'id', example: 'gwin' })
  @ApiNoContentResponse()
  @Answers('forbidden', 'not-found')
  async remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.servers.remove(caller, id);
  }

  @Post(':id/rotate-key')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a network server a new key; the old one stops working' })
  @ApiParam({ name: 'id', example: 'gwin' })
  @ApiOkResponse({ type: NetworkServerWithKeyDto })
  @Answers('forbidden', 'not-found')
  rotateKey(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<NetworkServerWithKeyDto> {
    return this.servers.rotateKey(caller, id, reachOf(request, this.settings));
  }

  @Delete(':id/key')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke the key of a network server; it may bring nothing until it gets a new one' })
  @ApiParam({ name: 'id', example: 'gwin' })
  @ApiNoContentResponse()
  @Answers('forbidden', 'not-found')
  async revokeKey(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.servers.revokeKey(caller, id);
  }
}
