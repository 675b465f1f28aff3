import type { QualityReport } from '#registry';

/** What was found, before it is judged. */
export type Findings = Omit<QualityReport, 'reasons'>;
