import { type DynamicModule, Module } from '@nestjs/common';
import { ObserveFeed } from './observe-feed.js';
import { QualityController } from './quality.controller.js';

@Module({})
export class QualityModule {
  static over(observe: ObserveFeed): DynamicModule {
    return {
      module: QualityModule,
      controllers: [QualityController],
      providers: [{ provide: ObserveFeed, useValue: observe }],
    };
  }
}
