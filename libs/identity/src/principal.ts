/** Who is talking to us, after authentication. */
export type Principal =
  | {
      readonly type: 'device';
      readonly id: string;
      readonly clientId: string;
      readonly department: string;
      readonly kind: string;
    }
  | { readonly type: 'gateway'; readonly id: string; readonly clientId: string; readonly application: string | null }
  /** A process of the platform itself: 'ingest', 'alerts', 'api'. */
  | { readonly type: 'service'; readonly id: string; readonly clientId: string }
  /** A person or a department's program, by account or API key. Null departments: all. */
  | {
      readonly type: 'user';
      readonly id: string;
      readonly clientId: string;
      readonly departments: readonly string[] | null;
    };
