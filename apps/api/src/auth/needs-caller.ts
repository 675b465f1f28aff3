/**
 * Whether a route looks at who asks. The console's own files never do, so that an ended session does not lock out the page
 * that opens a new one; HTTP telemetry, network servers and sign-in check credentials of their own.
 */
export function needsCaller(method: string, route: string | undefined): boolean {
  if (route === '/metrics') return true;
  if (route === undefined || !route.startsWith('/v1/')) return false;
  if (route === '/v1/privacy-register') return false;
  if (route === '/v1/telemetry' || route === '/v1/uplinks' || route.startsWith('/v1/network/')) return false;
  return !(route === '/v1/session' && method === 'POST');
}
