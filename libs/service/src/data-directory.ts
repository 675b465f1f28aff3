import { join, resolve } from 'node:path';

/** Where everything lies in the data directory (docs/architecture.md, "Data directory"); all paths are absolute. */
export interface DataDirectory {
  readonly path: string;
  readonly journal: string;
  readonly feed: string;
  /** The embedded registry. */
  readonly registry: string;
  /** The embedded time-series file; only ingest opens it. */
  readonly telemetry: string;
  /** Where ingest answers queries about the embedded time-series file. */
  readonly storeSocket: string;
  run(file: string): string;
  secret(file: string): string;
}

export function dataDirectory(path: string): DataDirectory {
  const root = resolve(path);
  const run = (file: string): string => join(root, 'run', file);
  return {
    path: root,
    journal: join(root, 'journal'),
    feed: join(root, 'feed'),
    registry: join(root, 'registry.sqlite'),
    telemetry: join(root, 'telemetry.duckdb'),
    storeSocket: run('store.sock'),
    run,
    secret: (file) => join(root, 'secrets', file),
  };
}
