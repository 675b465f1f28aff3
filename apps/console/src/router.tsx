import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { DevicePage } from './device/device.page';
import { OperationsPage } from './operations/operations.page';
import { readOperationsSearch } from './operations/operations-search';
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

export const router = createRouter({ routeTree: rootRoute.addChildren([operationsRoute, deviceRoute]) });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
