import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { DevicePage } from './device/device.page';
import { OperationsPage } from './operations/operations.page';
import { readOperationsSearch } from './operations/operations-search';
import { ClaimsPage } from './onboarding/claims.page';
import { DeviceTypePage } from './onboarding/device-type.page';
import { DeviceTypesPage } from './onboarding/device-types.page';
import { ImportPage } from './onboarding/import.page';
import { readImportSearch } from './onboarding/import-search';
import { NetworkServersPage } from './onboarding/network-servers.page';
import { OverviewPage } from './onboarding/overview.page';
import { QualityPage } from './quality/quality.page';
import { readQualitySearch } from './quality/quality-search';
import { QuarantinePage } from './quarantine/quarantine.page';
import { readQuarantineSearch } from './quarantine/quarantine-search';
import { Shell } from './shell/shell';
import { Missing } from './shell/states';

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: () => <Missing text="app.notFound" /> });

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

const onboardingRoutes = [
  createRoute({ getParentRoute: () => rootRoute, path: '/onboarding', component: OverviewPage }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/onboarding/import',
    component: ImportPage,
    validateSearch: readImportSearch,
  }),
  createRoute({ getParentRoute: () => rootRoute, path: '/onboarding/claims', component: ClaimsPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/onboarding/device-types', component: DeviceTypesPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/onboarding/device-types/$id', component: DeviceTypePage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/onboarding/network-servers', component: NetworkServersPage }),
] as const;

export const router = createRouter({
  routeTree: rootRoute.addChildren([operationsRoute, deviceRoute, qualityRoute, quarantineRoute, ...onboardingRoutes]),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
