import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';
import { AccountsController } from './accounts/accounts.controller.js';
import { AdminAccount } from './accounts/admin-account.service.js';
import { ApiKeyService } from './accounts/api-key.service.js';
import { AlarmsController } from './alarms/alarms.controller.js';
import { AccessGuard } from './auth/access.guard.js';
import { AuthenticationService } from './auth/authentication.service.js';
import { GuessThrottle } from './auth/guess-throttle.js';
import { PasswordChecker } from './auth/password-checker.service.js';
import { SessionController } from './auth/session.controller.js';
import { SessionService } from './auth/session.service.js';
import { ClaimImportService } from './claims/claim-import.service.js';
import { ClaimService } from './claims/claim.service.js';
import { ClaimsController } from './claims/claims.controller.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DeviceTypeCatalogue } from './device-types/device-type-catalogue.service.js';
import { DeviceTypeService } from './device-types/device-type.service.js';
import { DeviceTypesController } from './device-types/device-types.controller.js';
import { DeviceStateController } from './device-state/device-state.controller.js';
import { DeviceAccessController } from './devices/device-access.controller.js';
import { DeviceAccess } from './devices/device-access.service.js';
import { DeviceImportService } from './devices/device-import.service.js';
import { DeviceKeys } from './devices/device-keys.service.js';
import { DeviceSelection } from './devices/device-selection.service.js';
import { DeviceService } from './devices/device.service.js';
import { DevicesController } from './devices/devices.controller.js';
import { ImportJobs } from './devices/import-jobs.service.js';
import { ImportsController } from './devices/imports.controller.js';
import { DocsController } from './docs/docs.controller.js';
import { Documents } from './docs/documents.js';
import type { ApiSettings } from './environment.js';
import { ApiMetrics } from './health/api-metrics.js';
import { GroupService } from './groups/group.service.js';
import { GroupsController } from './groups/groups.controller.js';
import { HealthController } from './health/health.controller.js';
import { ReadinessService } from './health/readiness.service.js';
import { ProblemFilter } from './http/problem.filter.js';
import { validationPipe } from './http/validation.pipe.js';
import { KindsController } from './kinds/kinds.controller.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { LedgerService } from './ledger/ledger.service.js';
import { DownlinkDelivery } from './network/downlink-delivery.service.js';
import { DownlinkEncoder } from './network/downlink-encoder.service.js';
import { DownlinksController } from './network/downlinks.controller.js';
import { DownlinkService } from './network/downlink.service.js';
import { NetworkAuthentication } from './network/network-authentication.service.js';
import { NetworkEdgesController } from './network/network-edges.controller.js';
import { NetworkServersController } from './network/network-servers.controller.js';
import { NetworkServerService } from './network/network-server.service.js';
import { CLOCK, FEED_TAIL, JOURNAL_COUNTS, LOGGER, REGISTRY, SERVICE_BUS, SETTINGS, TELEMETRY } from './ports.js';
import type { ApiAdapters } from './ports.js';
import { PrivacyRegister } from './privacy/privacy-register.service.js';
import { PrivacyRegisterController } from './privacy/privacy-register.controller.js';
import { HttpQuota } from './quotas/http-quota.service.js';
import { QuotaService } from './quotas/quota.service.js';
import { CompletenessService } from './readings/completeness.service.js';
import { DeviceReadingsService } from './readings/device-readings.service.js';
import { FleetReadingsService } from './readings/fleet-readings.service.js';
import { LatestService } from './readings/latest.service.js';
import { QualityController } from './quality/quality.controller.js';
import { PersonalAccess } from './readings/personal-access.service.js';
import { ReadingsController } from './readings/readings.controller.js';
import { ReplayRunner } from './replays/replay-runner.service.js';
import { ReplayService } from './replays/replay.service.js';
import { ReplaysController } from './replays/replays.controller.js';
import { RuleService } from './rules/rule.service.js';
import { RulesController } from './rules/rules.controller.js';
import { SightingService } from './sightings/sighting.service.js';
import { SightingsController } from './sightings/sightings.controller.js';
import { AlarmTail } from './streams/alarm-tail.service.js';
import { ReadingTail } from './streams/reading-tail.service.js';
import { JobStreams } from './streams/job-streams.service.js';
import { DEFAULT_STREAM_LIMITS, STREAM_LIMITS } from './streams/stream-limits.js';
import type { StreamLimits } from './streams/stream-limits.js';
import { StreamRegistry } from './streams/stream-registry.service.js';
import { StreamsController } from './streams/streams.controller.js';
import { DeviceAuthentication } from './telemetry/device-authentication.service.js';
import { TelemetryController } from './telemetry/telemetry.controller.js';

import { TemplateService } from './templates/template.service.js';
import { TemplatesController } from './templates/templates.controller.js';

export interface ApiParts {
  readonly settings: ApiSettings;
  readonly adapters: ApiAdapters;
  readonly logger: Logger;
  readonly metrics: ApiMetrics;
  readonly streamLimits?: StreamLimits;
}

const CONTROLLERS = [
  KindsController,
  PrivacyRegisterController,
  SessionController,
  // Before the alarms, whose `:id` would take 'stream' for one.
  StreamsController,
  DevicesController,
  DeviceTypesController,
  DeviceStateController,
  DeviceAccessController,
  ImportsController,
  TemplatesController,
  ClaimsController,
  ReadingsController,
  GroupsController,
  AlarmsController,
  RulesController,
  // Before the dead letters, whose `:id` would take 'replays' for one.
  ReplaysController,
  DeadLettersController,
  SightingsController,
  LedgerController,
  QualityController,
  TelemetryController,
  DownlinksController,
  NetworkServersController,
  NetworkEdgesController,
  AccountsController,
  HealthController,
  DocsController,
];

const SERVICES = [
  AdminAccount,
  AlarmTail,
  ApiKeyService,
  AuthenticationService,
  ClaimImportService,
  ClaimService,
  CompletenessService,
  DeviceAccess,
  DeviceAuthentication,
  DeviceImportService,
  DeviceKeys,
  DeviceReadingsService,
  DeviceSelection,
  DeviceService,
  DeviceTypeCatalogue,
  DeviceTypeService,
  Documents,
  DownlinkDelivery,
  DownlinkEncoder,
  DownlinkService,
  FleetReadingsService,
  GroupService,
  GuessThrottle,
  HttpQuota,
  ImportJobs,
  JobStreams,
  LatestService,
  LedgerService,
  NetworkAuthentication,
  NetworkServerService,
  PasswordChecker,
  PersonalAccess,
  PrivacyRegister,
  QuotaService,
  ReadinessService,
  ReadingTail,
  ReplayRunner,
  ReplayService,
  RuleService,
  SessionService,
  SightingService,
  StreamRegistry,
  TemplateService,
];

@Module({})
export class ApiModule {
  static over({ settings, adapters, logger, metrics, streamLimits = DEFAULT_STREAM_LIMITS }: ApiParts): DynamicModule {
    return {
      module: ApiModule,
      controllers: CONTROLLERS,
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: LOGGER, useValue: logger },
        { provide: ApiMetrics, useValue: metrics },
        { provide: STREAM_LIMITS, useValue: streamLimits },
        { provide: REGISTRY, useValue: adapters.registry },
        { provide: TELEMETRY, useValue: adapters.telemetry },
        { provide: JOURNAL_COUNTS, useValue: adapters.journal },
        { provide: FEED_TAIL, useValue: adapters.feed },
        { provide: SERVICE_BUS, useValue: adapters.bus },
        { provide: CLOCK, useValue: adapters.clock },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_PIPE, useFactory: validationPipe },
        ...SERVICES,
      ],
    };
  }
}
