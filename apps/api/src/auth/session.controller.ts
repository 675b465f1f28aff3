import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiSettings } from '../environment.js';
import { Answers } from '../http/answers.decorator.js';
import { Problem } from '../http/problem.js';
import { SETTINGS } from '../ports.js';
import { AuthenticationService } from './authentication.service.js';
import { CurrentCaller, Public } from './caller.js';
import type { Caller } from './caller.js';
import { isCrossSiteWrite } from './cross-site.js';
import { presentedBy, SESSION_COOKIE } from './credentials.js';
import { NewSessionDto, SessionDto } from './session.dto.js';
import { SESSION_MS, SessionService } from './session.service.js';

/** Sign-in of the console. Scripts use HTTP Basic or an API key instead. */
@ApiTags('session')
@Controller('v1/session')
export class SessionController {
  constructor(
    private readonly authentication: AuthenticationService,
    private readonly sessions: SessionService,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Public()
  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in: answers with a session cookie' })
  @ApiOkResponse({ type: SessionDto })
  @Answers('bad-request', 'unauthenticated', 'forbidden', 'too-many-requests')
  async open(
    @Body() body: NewSessionDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    if (isForeignOrigin(request)) throw new Problem('forbidden', 'Signing in from another site is not possible.');
    const account = await this.authentication.accountByPassword(body.username, body.password, request.ip);
    const { token, expiresAt } = this.sessions.open(account);
    void reply.header('set-cookie', this.cookie(token, SESSION_MS / 1000)).header('cache-control', 'no-store');
    return {
      username: account.username,
      role: account.role,
      departments: account.departments === null ? null : [...account.departments],
      expiresAt: new Date(expiresAt).toISOString(),
    };
  }

  @Get()
  @ApiOperation({ summary: 'Who the presented credentials belong to' })
  @ApiOkResponse({ type: SessionDto })
  @Answers('unauthenticated')
  async current(@CurrentCaller() caller: Caller, @Req() request: FastifyRequest): Promise<SessionDto> {
    const presented = presentedBy(request.headers);
    const session = presented.type === 'session' ? await this.sessions.accountOf(presented.token) : null;
    return {
      username: caller.name,
      role: caller.role,
      departments: caller.departments === null ? null : [...caller.departments],
      expiresAt: session === null ? null : new Date(session.expiresAt).toISOString(),
    };
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out' })
  @ApiNoContentResponse()
  @Answers('unauthenticated', 'forbidden')
  async close(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const presented = presentedBy(request.headers);
    if (presented.type === 'session') await this.sessions.end(presented.token);
    void reply.header('set-cookie', this.cookie('', 0));
  }

  private cookie(token: string, maxAgeSeconds: number): string {
    const secure = this.settings.behindProxy ? '; Secure' : '';
    return `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure}`;
  }
}

/** Signing in needs no header of ours, so that a plain script can; a page of another site is told apart by its origin. */
function isForeignOrigin(request: FastifyRequest): boolean {
  const fromPage = request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined;
  return fromPage && isCrossSiteWrite(request);
}
