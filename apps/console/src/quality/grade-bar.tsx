import { GRADES, type Grade, type QualityPage } from '../api/quality';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { GradeMark } from './grade-mark';

/** How many devices are of which grade: a picture, and the same in numbers, which filter the table. */
export function GradeBar({
  counts,
  chosen,
  choose,
}: {
  counts: QualityPage['counts'];
  chosen: Grade | undefined;
  choose: (grade: Grade | undefined) => void;
}) {
  const { t, language } = useLanguage();
  const number = (value: number): string => shownNumber(value, 0, language);
  const total = GRADES.reduce((sum, grade) => sum + (counts[grade] ?? 0), 0);
  return (
    <div className="grades">
      <div className="grade-bar" aria-hidden="true">
        {GRADES.filter((grade) => (counts[grade] ?? 0) > 0).map((grade) => (
          <span key={grade} className={`grade-part part-${grade}`} style={{ flexGrow: counts[grade] }} />
        ))}
      </div>
      <div className="severity-filter" role="group" aria-label={t('quality.byGrade')}>
        <button type="button" aria-pressed={chosen === undefined} onClick={() => choose(undefined)}>
          {t('alarms.all')} <b>{number(total)}</b>
        </button>
        {GRADES.map((grade) => (
          <button
            key={grade}
            type="button"
            aria-pressed={chosen === grade}
            onClick={() => choose(chosen === grade ? undefined : grade)}
          >
            <GradeMark grade={grade} /> {t(`quality.grades.${grade}`)} <b>{number(counts[grade] ?? 0)}</b>
          </button>
        ))}
      </div>
    </div>
  );
}
