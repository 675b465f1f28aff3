export interface Department {
  readonly id: string;
  readonly titles: { readonly en: string; readonly 'zh-Hant': string; readonly 'zh-Hans': string };
}

export interface DepartmentRepository {
  list(): Promise<Department[]>;
  put(department: Department): Promise<void>;
}

export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditRepository {
  append(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>;
  list(query: {
    readonly subject?: string;
    readonly actor?: string;
    readonly limit: number;
    readonly before?: number;
  }): Promise<AuditEntry[]>;
}
