/** A rule of an operator: overrides a default alarm of a kind (same id) or adds one. Same shape as `AlarmDefault`, for a scope. */
export interface StoredRule {
  readonly id: string;
  /** Kind it applies to, and optionally a department or one device. */
  readonly kind: string;
  readonly department: string | null;
  readonly device: string | null;
  readonly enabled: boolean;
  /** JSON of an `AlarmDefault` of libs/kinds. */
  readonly definition: unknown;
  readonly updatedAt: number;
}

export interface RuleRepository {
  list(): Promise<StoredRule[]>;
  get(id: string): Promise<StoredRule | null>;
  put(rule: Omit<StoredRule, 'updatedAt'>): Promise<StoredRule>;
  remove(id: string): Promise<boolean>;
}
