import { type DynamicModule, Module } from '@nestjs/common';
import { AlertsController } from './alerts.controller.js';
import { AlarmEvaluation } from './evaluation/alarm-evaluation.js';

@Module({})
export class AlertsModule {
  static over(evaluation: AlarmEvaluation): DynamicModule {
    return {
      module: AlertsModule,
      controllers: [AlertsController],
      providers: [{ provide: AlarmEvaluation, useValue: evaluation }],
    };
  }
}
