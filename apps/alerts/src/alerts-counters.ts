/** What the process has done since it started, for its status. */
export class AlertsCounters {
  batches = 0;
  rows = 0;
  /** Feed records that were no batch of readings. */
  unreadable = 0;
  raised = 0;
  cleared = 0;
  published = 0;
  /** Transactions of the registry that saved evaluator state. */
  saves = 0;
  /** From the receipt of the newest reading to the end of its evaluation, milliseconds. */
  lagMs = 0;
}
