import { type DynamicModule, Module } from '@nestjs/common';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Clock, serviceTopic } from '#core';
import type { Journal } from '#journal';
import type { Registry } from '#registry';
import { Health, StatusPublisher } from '#service';
import { type AccessPolicy } from './access/access-policy.js';
import { AuditTrail } from './access/audit-trail.js';
import { Broker } from './broker.js';
import { BrokerCounters } from './broker-counters.js';
import type { BrokerSettings } from './broker-settings.js';
import { ConnectionTable } from './front/connection-table.js';
import { InflightBudget } from './lane/inflight-budget.js';
import { TelemetryInterest } from './lane/telemetry-interest.js';
import type { LaneContext } from './lane/telemetry-lane.js';
import { MqttEngine } from './mqtt/mqtt-engine.js';
import { RetainedMessages } from './mqtt/retained-messages.js';
import { SessionPersistence } from './mqtt/session-persistence.js';
import { QuotaBook } from './quota/quota-book.js';
import { BrokerStatus, SERVICE } from './status/broker-status.js';
import { JournalHealth } from './status/journal-health.js';
import { CLOCK, JOURNAL, LANE, LOGGER, POLICY, REGISTRY, SETTINGS } from './tokens.js';

/** What the composition root hands in. */
export interface BrokerParts {
  readonly settings: BrokerSettings;
  readonly journal: Journal;
  readonly registry: Registry;
  readonly policy: AccessPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
}

const lane = (
  journal: Journal,
  policy: AccessPolicy,
  clock: Clock,
  settings: BrokerSettings,
  interest: TelemetryInterest,
  budget: InflightBudget,
  counters: BrokerCounters,
): LaneContext => ({
  journal,
  policy,
  interest,
  budget,
  counters,
  clock,
  maxUnacknowledged: settings.limits.maxUnacknowledged,
});

function retained({ settings, logger }: BrokerParts): RetainedMessages {
  const path = settings.open ? null : join(settings.dataDirectory, 'retained.jsonl');
  return new RetainedMessages(path, settings.limits.maxRetainedMessages, (error) => {
    logger.error({ reason: error.message }, 'retained messages could not be written');
  });
}

/** The broker needs no client of itself to say how it is. */
function statusPublisher(engine: MqttEngine, status: BrokerStatus, clock: Clock): StatusPublisher {
  return new StatusPublisher({
    service: SERVICE,
    bus: { publishStatus: (it) => engine.publish(serviceTopic(SERVICE), JSON.stringify(it), true) },
    report: () => status.report(),
    clock,
  });
}

@Module({})
export class BrokerModule {
  static over(parts: BrokerParts): DynamicModule {
    const { settings, clock } = parts;
    const { limits } = settings;
    return {
      module: BrokerModule,
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: JOURNAL, useValue: parts.journal },
        { provide: REGISTRY, useValue: parts.registry },
        { provide: POLICY, useValue: parts.policy },
        { provide: CLOCK, useValue: clock },
        { provide: LOGGER, useValue: parts.logger },
        BrokerCounters,
        TelemetryInterest,
        { provide: QuotaBook, useFactory: () => new QuotaBook(clock) },
        { provide: InflightBudget, useFactory: () => new InflightBudget(limits.maxUnacknowledgedBytes) },
        { provide: ConnectionTable, useFactory: () => new ConnectionTable(limits) },
        { provide: JournalHealth, useFactory: () => new JournalHealth(parts.journal, clock, limits.refuseWhenFullMs) },
        { provide: RetainedMessages, useFactory: () => retained(parts) },
        {
          provide: SessionPersistence,
          inject: [RetainedMessages, TelemetryInterest, BrokerCounters],
          useFactory: (retained: RetainedMessages, interest: TelemetryInterest, counters: BrokerCounters) =>
            new SessionPersistence(retained, interest, limits, counters, clock),
        },
        {
          provide: LANE,
          inject: [JOURNAL, POLICY, CLOCK, SETTINGS, TelemetryInterest, InflightBudget, BrokerCounters],
          useFactory: lane,
        },
        AuditTrail,
        Health,
        MqttEngine,
        BrokerStatus,
        {
          provide: StatusPublisher,
          inject: [MqttEngine, BrokerStatus],
          useFactory: (engine: MqttEngine, status: BrokerStatus) => statusPublisher(engine, status, clock),
        },
        Broker,
      ],
      exports: [Broker],
    };
  }
}
