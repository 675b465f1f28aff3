import { type DynamicModule, Module } from '@nestjs/common';
import { IngestController } from './ingest.controller.js';
import { IngestService } from './ingest.service.js';

@Module({})
export class IngestModule {
  static over(ingest: IngestService): DynamicModule {
    return {
      module: IngestModule,
      controllers: [IngestController],
      providers: [{ provide: IngestService, useValue: ingest }],
    };
  }
}
