import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { DevicePage } from './device/device.page';
import { OperationsPage } from './operations/operations.page';
import { readOperationsSearch } from './operations/operations-search';
import { QualityPage } from './quality/quality.page';
import { readQualitySearch } from './quality/quality-search';
import { QuarantinePage } from './quarantine/quarantine.page';
import { readQuarantineSearch } from './quarantine/quarantine-search';
import { Shell } from './shell/shell';

const rootRoute = createRootRoute({ component: Shell });

const operationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: OperationsPage,
  validateSearch: readOperationsSearch,
});

const deviceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/devices/$id',
  component: DevicePage,
  validateSearch: (search): { metric?: string } =>
    typeof search['metric'] === 'string' ? { metric: search['metric'] } : {},
});

const qualityRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/quality',
  component: QualityPage,
  validateSearch: readQualitySearch,
});

const quarantineRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/quarantine',
  component: QuarantinePage,
  validateSearch: readQuarantineSearch,
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([operationsRoute, deviceRoute, qualityRoute, quarantineRoute]),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
