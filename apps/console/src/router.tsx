import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { SEVERITIES, type Severity } from './api/types';
import { DevicePage } from './device/device.page';
import { OperationsPage } from './operations/operations.page';
import { Shell } from './shell/shell';

/** What a view shows is in the address, so that a colleague can be sent the same view. */
export interface OperationsSearch {
  readonly view?: 'list';
  readonly severity?: Severity;
  readonly search?: string;
}

const rootRoute = createRootRoute({ component: Shell });

export const operationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: OperationsPage,
  validateSearch: (search): OperationsSearch => {
    const severity = SEVERITIES.find((one) => one === search['severity']);
    return {
      ...(search['view'] === 'list' ? { view: 'list' as const } : {}),
      ...(severity ? { severity } : {}),
      ...(typeof search['search'] === 'string' && search['search'] !== '' ? { search: search['search'] } : {}),
    };
  },
});

export const deviceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/devices/$id',
  component: DevicePage,
  validateSearch: (search): { metric?: string } => (typeof search['metric'] === 'string' ? { metric: search['metric'] } : {}),
});

export const router = createRouter({ routeTree: rootRoute.addChildren([operationsRoute, deviceRoute]) });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
