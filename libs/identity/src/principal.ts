import type { NetworkServer } from '#core';

/** Who is talking to us, after authentication. */
export type Principal =
  | {
      readonly type: 'device';
      readonly id: string;
      readonly clientId: string;
      readonly department: string;
      readonly kind: string;
    }
  | {
      /** A LoRaWAN network server. */
      readonly type: 'gateway';
      readonly id: string;
      readonly clientId: string;
      /** Whose topics it speaks. */
      readonly network: NetworkServer;
      /**
       * As topics name them (`{application}@{tenant}` for The Things Stack); 'all' is every application of its network, 'own' every
       * application of a ChirpStack below a prefix with its id.
       */
      readonly applications: readonly string[] | 'all' | 'own';
    }
  /** A process of the platform itself: 'ingest', 'alerts', 'api'. */
  | { readonly type: 'service'; readonly id: string; readonly clientId: string }
  /** A person or a department's program, by account or API key. Null departments: all. */
  | {
      readonly type: 'user';
      readonly id: string;
      readonly clientId: string;
      readonly departments: readonly string[] | null;
    };
