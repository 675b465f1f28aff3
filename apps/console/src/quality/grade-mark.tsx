import type { Grade } from '../api/quality';
import { useLanguage } from '../i18n';

/** A shape for each grade, so that colour is never the only sign (WCAG 1.4.1). */
const PATHS: Readonly<Record<Grade, string>> = {
  silent: 'M2.2 2.2 13.8 13.8M13.8 2.2 2.2 13.8',
  poor: 'M8 .8 15.2 8 8 15.2.8 8z',
  fair: 'M2 2h12v12H2z',
  good: 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z',
  new: 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z',
};

export function GradeMark({ grade }: { grade: Grade }) {
  return (
    <svg className={`mark grade-${grade}`} data-filled={grade !== 'new'} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[grade]} />
    </svg>
  );
}

/** The score with its grade in shape and words. A device that is too young has no score yet. */
export function Score({ grade, score }: { grade: Grade; score: number }) {
  const { t } = useLanguage();
  return (
    <span className="score">
      <GradeMark grade={grade} /> {grade !== 'new' && <b>{score}</b>} {t(`quality.grades.${grade}`)}
    </span>
  );
}
