import { Controller, Get, Header, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../auth/caller.js';
import { Answers } from '../http/answers.decorator.js';
import { QueryChoice } from '../http/parameters.js';
import { PRIVACY_STYLES } from './privacy-page.js';
import { type Language, languageOf, LANGUAGES } from './languages.js';
import { type FixedBody, PrivacyRegister } from './privacy-register.service.js';

class RegisterQueryDto {
  @QueryChoice('Form of the answer.', ['json', 'csv'], 'json') format?: 'json' | 'csv';
}

class PageQueryDto {
  @QueryChoice('Language of the page; that of Accept-Language without it.', LANGUAGES) lang?: Language;
}

/** It changes with a release or an approval, and both start the process anew. */
const CACHE = 'public, max-age=3600';

/** What the city collects about people, for everybody to read (THREATS 40). */
@ApiTags('privacy')
@Public()
@Controller()
export class PrivacyRegisterController {
  constructor(private readonly register: PrivacyRegister) {}

  @Get('v1/privacy-register')
  @ApiOperation({ summary: 'What each kind of device collects about people, why and for how long' })
  @ApiOkResponse({
    content: { 'application/json': { schema: { type: 'object' } }, 'text/csv': { schema: { type: 'string' } } },
  })
  @Answers('bad-request')
  data(@Query() { format }: RegisterQueryDto, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    if (format === 'csv') void reply.header('content-disposition', 'attachment; filename="privacy-register.csv"');
    send(request, reply, format === 'csv' ? this.register.csv : this.register.json);
  }

  @Get('privacy-register')
  @ApiOperation({ summary: 'The privacy register as a page, in three languages' })
  @ApiProduces('text/html')
  @ApiOkResponse({ content: { 'text/html': { schema: { type: 'string' } } } })
  @Answers('bad-request')
  page(@Query() { lang }: PageQueryDto, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const language = lang ?? languageOf(request.headers['accept-language']);
    void reply.header('content-language', language);
    void reply.header('vary', 'accept-language');
    send(request, reply, this.register.page(language));
  }

  @Get('privacy-register.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', CACHE)
  @ApiExcludeEndpoint()
  styles(): string {
    return PRIVACY_STYLES;
  }
}

/** RFC 9110 section 13.1.2: a client that has it already gets 304. */
function send(request: FastifyRequest, reply: FastifyReply, { type, text, etag }: FixedBody): void {
  void reply.header('cache-control', CACHE).header('etag', etag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) void reply.code(304).send();
  else void reply.header('content-type', type).send(text);
}
