import { useQuery } from '@tanstack/react-query';
import { type DeadLetterFilter, type Grouping, GROUPINGS, NONE } from '../api/dead-letters';
import { kindsQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { useNameOf } from './use-name-of';

/** What the letters are grouped by. */
export function GroupingChoice({ by, choose }: { by: Grouping; choose: (by: Grouping) => void }) {
  const { t } = useLanguage();
  return (
    <div className="severity-filter grouping" role="group" aria-label={t('quarantine.groupBy')}>
      <span className="muted" aria-hidden="true">
        {t('quarantine.groupBy')}
      </span>
      {GROUPINGS.map((one) => (
        <button key={one} type="button" data-grouping={one} aria-pressed={one === by} onClick={() => choose(one)}>
          {t(`quarantine.grouping.${one}`)}
        </button>
      ))}
    </div>
  );
}

/** Which letters are looked at. What no field shows, and no group of the list, stands as a button that takes it away. */
export function LetterFilter({
  by,
  filter,
  show,
  children,
}: {
  by: Grouping;
  filter: DeadLetterFilter;
  show: (filter: DeadLetterFilter) => void;
  children: React.ReactNode;
}) {
  const { t, titleOf } = useLanguage();
  const nameOf = useNameOf();
  const kinds = useQuery(kindsQuery).data;
  const change = (name: Grouping, value: string): void => {
    const { [name]: _dropped, ...rest } = filter;
    show(value === '' ? rest : { ...rest, [name]: value });
  };
  const device = filter.device === NONE ? '' : (filter.device ?? '');
  const hidden = GROUPINGS.filter((one) => one !== by && one !== 'kind' && !(one === 'device' && device !== ''));
  return (
    <div className="toolbar letter-filter" role="search">
      <select
        aria-label={t('devices.kind')}
        value={filter.kind ?? ''}
        onChange={(event) => change('kind', event.target.value)}
      >
        <option value="">{t('quarantine.allKinds')}</option>
        <option value={NONE}>{t('quarantine.noKind')}</option>
        {[...(kinds?.values() ?? [])].map((kind) => (
          <option key={kind.name} value={kind.name}>
            {titleOf(kind.titles, kind.name)}
          </option>
        ))}
      </select>
      <input
        type="search"
        key={device}
        aria-label={t('quarantine.deviceId')}
        placeholder={t('quarantine.deviceId')}
        defaultValue={device}
        onKeyDown={(event) => event.key === 'Enter' && change('device', event.currentTarget.value.trim())}
        onBlur={(event) => event.target.value.trim() !== device && change('device', event.target.value.trim())}
      />
      {hidden.map((one) => {
        const value = filter[one];
        if (value === undefined) return null;
        const name = t(`quarantine.grouping.${one}`);
        const label = t('quarantine.filterIs', { name, value: nameOf(one, value).title });
        return (
          <button
            key={one}
            type="button"
            className="chosen-filter"
            aria-label={t('quarantine.anyOther', { filter: label })}
            onClick={() => change(one, '')}
          >
            {label} <span aria-hidden="true">✕</span>
          </button>
        );
      })}
      <span className="toolbar-end">{children}</span>
    </div>
  );
}
