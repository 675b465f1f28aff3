import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { deviceTypesQuery } from '../api/device-types';
import { departmentsQuery, kindsQuery, sessionQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { suggestedType } from './device-fields';

/** Fields `kind`, `department` and `deviceType` of a form. Each narrows or suggests the next. */
export function KindFields({ profile = null }: { profile?: string | null }) {
  const { t, titleOf, language } = useLanguage();
  const kinds = [...(useQuery(kindsQuery).data?.values() ?? [])].filter(({ companion }) => companion !== true);
  const departments = [...(useQuery(departmentsQuery).data?.values() ?? [])];
  const own = useQuery(sessionQuery).data?.departments ?? null;
  const types = useQuery(deviceTypesQuery).data ?? [];
  const suggestion = suggestedType(types, profile);
  const [chosenKind, setKind] = useState<string | null>(null);
  const [chosenDepartment, setDepartment] = useState<string | null>(null);
  const kind = chosenKind ?? suggestion?.kind ?? '';
  const department = chosenDepartment ?? kinds.find(({ name }) => name === kind)?.department ?? '';
  return (
    <>
      <label>
        {t('devices.kind')}
        <select name="kind" required value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">{t('quarantine.choose')}</option>
          {kinds.map(({ name, titles }) => (
            <option key={name} value={name}>
              {titleOf(titles, name)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t('devices.department')}
        <select name="department" required value={department} onChange={(event) => setDepartment(event.target.value)}>
          <option value="">{t('quarantine.choose')}</option>
          {departments
            .filter(({ id }) => own === null || own.includes(id))
            .map(({ id, titles }) => (
              <option key={id} value={id}>
                {titleOf(titles, id)}
              </option>
            ))}
        </select>
      </label>
      <label className="wide">
        {t('quarantine.deviceType')}
        <select name="deviceType" key={`${kind}-${types.length}`} defaultValue={suggestion?.id ?? ''}>
          <option value="">{t('quarantine.noType')}</option>
          {types
            .filter((type) => type.kind === kind)
            .map((type) => (
              <option key={type.id} value={type.id}>
                {type.titles[language] ?? `${type.vendor} ${type.model}`}
              </option>
            ))}
        </select>
      </label>
    </>
  );
}
