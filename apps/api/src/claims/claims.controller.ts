import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#core';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceWithAccessDto } from '../devices/device.dto.js';
import { Answers } from '../http/answers.decorator.js';
import { CLOCK } from '../ports.js';
import { labelsOf, viewOfClaim } from './claim-view.js';
import {
  ClaimDto,
  ClaimImportDto,
  ClaimImportQueryDto,
  ClaimListDto,
  ClaimPageDto,
  NewClaimDto,
  PreparedClaimsDto,
  PrepareQueryDto,
  RedeemDto,
} from './claim.dto.js';
import { ClaimImportService } from './claim-import.service.js';
import { ClaimService } from './claim.service.js';
import { Problem } from '../http/problem.js';

const Id = (): MethodDecorator => ApiParam({ name: 'id', example: 'k3jd82mslq' });

@ApiTags('devices')
@ApiExtraModels(NewClaimDto)
@Controller('v1/claims')
export class ClaimsController {
  constructor(
    private readonly claims: ClaimService,
    private readonly imports: ClaimImportService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @Needs('engineer')
  @ApiOperation({
    summary: 'Prepare devices that installers register in the street with a code',
    description: 'The codes are shown in this answer only. With `format=csv` it is a table for a label printer.',
  })
  @ApiBody({
    schema: {
      oneOf: [{ $ref: getSchemaPath(NewClaimDto) }, { type: 'array', items: { $ref: getSchemaPath(NewClaimDto) } }],
    },
  })
  @ApiCreatedResponse({ type: PreparedClaimsDto })
  @Answers('bad-request', 'forbidden', 'conflict', 'too-large')
  async prepare(
    @CurrentCaller() caller: Caller,
    @Query() { format }: PrepareQueryDto,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreparedClaimsDto | string> {
    const claims = await this.claims.prepare(caller, body);
    if (format !== 'csv') return { claims };
    void reply.header('content-type', 'text/csv; charset=utf-8');
    return labelsOf(claims);
  }

  @Post('import')
  @Needs('engineer')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Prepare the claims of a CSV file',
    description:
      'Columns: kind, department, template, id, idPrefix, devEui, deviceType, count, expiresInDays; kind or template is needed. Sound rows are prepared, and every fault of the others is named by row and column.',
  })
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', example: 'template,count\nkowloon-lampposts,20\n' } })
  @ApiOkResponse({ type: ClaimImportDto })
  @Answers('bad-request', 'forbidden', 'conflict', 'too-large')
  importFile(
    @CurrentCaller() caller: Caller,
    @Query() { dryRun }: ClaimImportQueryDto,
    @Body() csv: unknown,
  ): Promise<ClaimImportDto> {
    if (typeof csv !== 'string') throw new Problem('bad-request', 'Send the file as text/csv.', { status: 415 });
    return this.imports.run(caller, csv, dryRun === true);
  }

  @Get()
  @Needs('engineer')
  @ApiOperation({ summary: 'Claims, without their codes' })
  @ApiOkResponse({ type: ClaimPageDto })
  @Answers('bad-request', 'forbidden')
  list(@CurrentCaller() caller: Caller, @Query() query: ClaimListDto): Promise<ClaimPageDto> {
    return this.claims.list(caller, query);
  }

  @Post('redeem')
  @Needs('operator')
  @ApiOperation({
    summary: 'Register the device of a claim code where it stands',
    description: 'The MQTT password is shown in this answer only. A code works once.',
  })
  @ApiCreatedResponse({ type: DeviceWithAccessDto })
  @Answers('bad-request', 'forbidden', 'not-found', 'conflict')
  redeem(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Body() body: RedeemDto,
  ): Promise<DeviceWithAccessDto> {
    return this.claims.redeem(caller, request.ip, body);
  }

  @Get(':id')
  @Needs('engineer')
  @ApiOperation({ summary: 'One claim, without its code' })
  @Id()
  @ApiOkResponse({ type: ClaimDto })
  @Answers('forbidden', 'not-found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ClaimDto> {
    return viewOfClaim(await this.claims.get(caller, id), this.clock.now());
  }

  @Delete(':id')
  @Needs('engineer')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a claim that was not redeemed' })
  @Id()
  @ApiNoContentResponse()
  @Answers('forbidden', 'not-found', 'conflict')
  async revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.claims.revoke(caller, id);
  }
}
