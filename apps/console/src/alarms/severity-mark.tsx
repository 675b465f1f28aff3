import type { Severity } from '../api/types';
import { useLanguage } from '../i18n';

/** A shape for each severity, so that colour is never the only sign (WCAG 1.4.1). The map draws the same shapes. */
export const SEVERITY_PATHS: Readonly<Record<Severity | 'normal', string>> = {
  critical: 'M8 1 15.5 14.5H.5z',
  high: 'M8 .8 15.2 8 8 15.2.8 8z',
  medium: 'M2 2h12v12H2z',
  low: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z',
  normal: 'M8 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z',
};

export function SeverityMark({ severity, filled = true }: { severity: Severity | 'normal'; filled?: boolean }) {
  const { t } = useLanguage();
  return (
    <svg
      className={`mark mark-${severity}`}
      data-filled={filled}
      viewBox="0 0 16 16"
      role="img"
      aria-label={t(`severity.${severity}`)}
    >
      <path d={SEVERITY_PATHS[severity]} />
    </svg>
  );
}
