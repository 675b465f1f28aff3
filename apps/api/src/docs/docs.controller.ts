import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Inject, Req, StreamableFile } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Public } from '../auth/caller.js';
import type { ApiSettings } from '../environment.js';
import { Answers } from '../http/answers.decorator.js';
import { reachOf } from '../network/reach.js';
import { SETTINGS } from '../ports.js';
import { Documents } from './documents.js';
import { errorsPage } from './errors-page.js';
import { referencePage, REFERENCE_SCRIPT } from './reference-page.js';

/** The standalone build of Scalar, out of its package: nothing is loaded from elsewhere (TRAPS). */
const SCALAR = join(
  dirname(createRequire(import.meta.url).resolve('@scalar/api-reference')),
  'browser',
  'standalone.js',
);
const HTML = 'text/html; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const HTML_ANSWER = { content: { 'text/html': { schema: { type: 'string' as const } } } };

@ApiTags('documentation')
@Public()
@Controller()
export class DocsController {
  constructor(
    private readonly documents: Documents,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get('openapi.json')
  @ApiOperation({ summary: 'This API as OpenAPI 3.1' })
  @ApiOkResponse({ schema: { type: 'object' } })
  @Answers()
  openApi(): Readonly<Record<string, unknown>> {
    return this.documents.openApi();
  }

  @Get('asyncapi.json')
  @ApiOperation({ summary: 'The MQTT side as AsyncAPI 3' })
  @ApiOkResponse({ schema: { type: 'object' } })
  @Answers()
  asyncApi(@Req() request: FastifyRequest): Readonly<Record<string, unknown>> {
    return this.documents.asyncApiDocument(reachOf(request, this.settings));
  }

  @Get('docs')
  @Header('content-type', HTML)
  @ApiOperation({ summary: 'Reference for people' })
  @ApiProduces('text/html')
  @ApiOkResponse(HTML_ANSWER)
  @Answers()
  reference(): string {
    return referencePage();
  }

  @Get('docs/errors')
  @Header('content-type', HTML)
  @ApiOperation({ summary: 'Every error code, what it means and what to do' })
  @ApiProduces('text/html')
  @ApiOkResponse(HTML_ANSWER)
  @Answers()
  errors(): string {
    return errorsPage();
  }

  @Get('docs/reference.js')
  @Header('content-type', JAVASCRIPT)
  @ApiExcludeEndpoint()
  script(): string {
    return REFERENCE_SCRIPT;
  }

  @Get('docs/scalar.js')
  @Header('cache-control', 'public, max-age=86400')
  @ApiExcludeEndpoint()
  scalar(): StreamableFile {
    return new StreamableFile(createReadStream(SCALAR), { type: JAVASCRIPT });
  }
}
