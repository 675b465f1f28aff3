import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { TOPIC_LEVEL } from '#core';
import { hashPassword } from '#identity';
import type { Account, ApiKey, Registry } from '#registry';
import { CurrentCaller, Needs } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { isoTime } from '../http/parameters.js';
import { notFound, Problem } from '../http/problem.js';
import { requireDepartments } from '../kinds/catalogue-faults.js';
import { REGISTRY } from '../ports.js';
import {
  AccountChangeDto,
  AccountDto,
  ApiKeyDto,
  ApiKeysDto,
  AuditDto,
  AuditQueryDto,
  NewApiKeyAnswerDto,
  NewApiKeyDto,
} from './accounts.dto.js';
import { ApiKeyService, within } from './api-key.service.js';

/** The account that the environment owns; its password is set there. */
export const ADMIN = 'admin';

@ApiTags('administration')
@Needs('admin')
@Controller('v1')
export class AccountsController {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    private readonly keys: ApiKeyService,
  ) {}

  @Get('api-keys')
  @ApiOperation({ summary: 'API keys, without their secrets' })
  @ApiOkResponse({ type: ApiKeysDto })
  @Answers('forbidden')
  async listKeys(@CurrentCaller() caller: Caller): Promise<ApiKeysDto> {
    return { apiKeys: (await this.keys.list(caller)).map(viewOfKey) };
  }

  @Post('api-keys')
  @ApiOperation({
    summary: 'Make an API key for departments and a role',
    description: 'The key is shown in this answer only.',
  })
  @ApiCreatedResponse({ type: NewApiKeyAnswerDto })
  @Answers('bad-request', 'forbidden')
  async createKey(@CurrentCaller() caller: Caller, @Body() body: NewApiKeyDto): Promise<NewApiKeyAnswerDto> {
    const { stored, key } = await this.keys.create(caller, body);
    return { ...viewOfKey(stored), key };
  }

  @Delete('api-keys/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke an API key' })
  @ApiParam({ name: 'id', example: 'k3jd82mslq' })
  @ApiNoContentResponse()
  @Answers('forbidden', 'not-found')
  async revokeKey(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.keys.revoke(caller, id);
  }

  @Get('accounts/:username')
  @ApiOperation({ summary: 'One account, without its password' })
  @ApiParam({ name: 'username', example: 'chan' })
  @ApiOkResponse({ type: AccountDto })
  @Answers('forbidden', 'not-found')
  async getAccount(@CurrentCaller() caller: Caller, @Param('username') username: string): Promise<AccountDto> {
    const account = await this.registry.accounts.get(username);
    if (account === null || !within(caller, account.departments)) throw notFound('account');
    return viewOfAccount(account);
  }

  @Put('accounts/:username')
  @ApiOperation({ summary: 'Make an account, or replace its password and scope' })
  @ApiParam({ name: 'username', example: 'chan' })
  @ApiOkResponse({ type: AccountDto })
  @Answers('bad-request', 'forbidden', 'not-found')
  async putAccount(
    @CurrentCaller() caller: Caller,
    @Param('username') username: string,
    @Body() body: AccountChangeDto,
  ): Promise<AccountDto> {
    const before = await this.registry.accounts.get(username);
    if (before !== null && !within(caller, before.departments)) throw notFound('account');
    if (username === ADMIN)
      throw new Problem('forbidden', 'The password of this account is set by LAMPLIGHTER_ADMIN_PASSWORD.');
    if (!TOPIC_LEVEL.test(username))
      throw new Problem('bad-request', 'A user name is 1 to 64 letters, digits, dots, dashes or underscores.');
    const departments = body.departments ?? null;
    if (!within(caller, departments)) {
      throw new Problem('forbidden', 'An account cannot see more departments than the credentials that make it.', {
        pointer: '/departments',
      });
    }
    await requireDepartments(this.registry, departments);
    await this.registry.accounts.put({
      username,
      passwordHash: await hashPassword(body.password),
      role: body.role,
      departments,
    });
    await this.registry.audit.append({
      actor: caller.name,
      action: 'account-changed',
      subject: username,
      detail: { role: body.role, departments },
    });
    return viewOfAccount((await this.registry.accounts.get(username))!);
  }

  @Get('audit')
  @ApiOperation({ summary: 'Who did what; newest first' })
  @ApiOkResponse({ type: AuditDto })
  @Answers('bad-request', 'forbidden')
  async audit(@CurrentCaller() caller: Caller, @Query() query: AuditQueryDto): Promise<AuditDto> {
    if (caller.departments !== null) throw new Problem('forbidden', 'The audit covers all departments.');
    const { subject, actor, before, limit = 100 } = query;
    const entries = await this.registry.audit.list({
      limit,
      ...(subject === undefined ? {} : { subject }),
      ...(actor === undefined ? {} : { actor }),
      ...(before === undefined ? {} : { before }),
    });
    return { entries: entries.map((entry) => ({ ...entry, at: isoTime(entry.at) })) };
  }
}

function viewOfKey(key: ApiKey): ApiKeyDto {
  const { id, name, role, departments } = key;
  const timeOf = (time: number | null): string | null => (time === null ? null : isoTime(time));
  return {
    id,
    name,
    role,
    departments,
    createdAt: isoTime(key.createdAt),
    expiresAt: timeOf(key.expiresAt),
    revokedAt: timeOf(key.revokedAt),
  };
}

function viewOfAccount({ username, role, departments, createdAt }: Account): AccountDto {
  return { username, role, departments, createdAt: isoTime(createdAt) };
}
