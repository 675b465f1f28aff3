import { Injectable } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Reach } from '../network/reach.js';
import { asyncApiDocument } from './asyncapi.js';
import { asOpenApi31 } from './openapi-31.js';

/** Version of the contract, not of a release: it changes when an answer does. */
const API_VERSION = '1.0.0';

/** The documents that describe this API, made from the code that answers. */
@Injectable()
export class Documents {
  private openApiDocument: Readonly<Record<string, unknown>> = {};

  build(app: INestApplication): void {
    const description = new DocumentBuilder()
      .setTitle('Lamplighter')
      .setDescription('Telemetry and alarms of smart lampposts and street sensors.')
      .setVersion(API_VERSION)
      .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
      .addServer('/')
      .addBasicAuth({ type: 'http', description: 'An account.' }, 'account')
      .addBearerAuth({ type: 'http', description: 'An API key.', bearerFormat: 'll_<id>_<secret>' }, 'key')
      .addCookieAuth('lamplighter_session', { type: 'apiKey', description: 'The session of the console.' }, 'session')
      .addBasicAuth({ type: 'http', description: 'A device: its id, and the key that it uses for MQTT.' }, 'device')
      .addBasicAuth(
        { type: 'http', description: 'A network server: its id and its key. Its webhooks may send the key as Bearer.' },
        'networkServer',
      )
      .addSecurityRequirements('account')
      .addSecurityRequirements('key')
      .addSecurityRequirements('session')
      .build();
    this.openApiDocument = asOpenApi31(SwaggerModule.createDocument(app, description));
  }

  openApi(): Readonly<Record<string, unknown>> {
    return this.openApiDocument;
  }

  asyncApiDocument(reach: Reach): Readonly<Record<string, unknown>> {
    return asyncApiDocument(API_VERSION, reach);
  }
}
