import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState, type FormEvent } from 'react';
import { Problem } from '../api/client';
import { departmentsQuery, kindsQuery, sessionQuery } from '../api/queries';
import { deviceTypesQuery, type Adoption, type Sighting } from '../api/sightings';
import type { Position } from '../map/position-map';
import { useLanguage } from '../i18n';
import { Loading } from '../shell/states';
import { suggestedType, TOPIC_LEVEL } from './adoption';

const PositionMap = lazy(() => import('../map/position-map'));
/** About a metre. */
const DIGITS = 5;

interface AdoptFormProps {
  readonly sighting: Sighting;
  readonly busy: boolean;
  readonly fault: Error | null;
  submit(adoption: Adoption): void;
  cancel(): void;
}

export function AdoptForm({ sighting, busy, fault, submit, cancel }: AdoptFormProps) {
  const { t, titleOf, language } = useLanguage();
  const kinds = [...(useQuery(kindsQuery).data?.values() ?? [])].filter(({ companion }) => companion !== true);
  const departments = [...(useQuery(departmentsQuery).data?.values() ?? [])];
  const own = useQuery(sessionQuery).data?.departments ?? null;
  const types = useQuery(deviceTypesQuery).data ?? [];
  const suggestion = suggestedType(types, sighting.profile);
  const [chosenKind, setKind] = useState<string | null>(null);
  const [chosenDepartment, setDepartment] = useState<string | null>(null);
  const [place, setPlace] = useState({ latitude: '', longitude: '' });
  const kind = chosenKind ?? suggestion?.kind ?? '';
  const department = chosenDepartment ?? kinds.find(({ name }) => name === kind)?.department ?? '';

  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    submit({
      id: text('id'),
      kind,
      department,
      latitude: Number(place.latitude),
      longitude: Number(place.longitude),
      ...(text('name') === '' ? {} : { name: text('name') }),
      ...(text('deviceType') === '' ? {} : { deviceType: text('deviceType') }),
    });
  };

  return (
    <form onSubmit={onSubmit}>
      <div className="form-grid">
        <label>
          {t('quarantine.id')}
          <input
            name="id"
            required
            maxLength={64}
            pattern={TOPIC_LEVEL}
            title={t('quarantine.idRule')}
            defaultValue={sighting.id}
            autoFocus
          />
        </label>
        <label>
          {t('quarantine.name')}
          <input name="name" maxLength={256} defaultValue={sighting.name ?? ''} />
        </label>
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
        <Coordinate name="latitude" limit={90} place={place} setPlace={setPlace} />
        <Coordinate name="longitude" limit={180} place={place} setPlace={setPlace} />
      </div>
      <p className="muted">{t('quarantine.onMap')}</p>
      <Suspense fallback={<Loading />}>
        <PositionMap
          position={positionOf(place)}
          choose={({ latitude, longitude }) =>
            setPlace({ latitude: latitude.toFixed(DIGITS), longitude: longitude.toFixed(DIGITS) })
          }
        />
      </Suspense>
      {fault && (
        <p className="fault" role="alert">
          {t('alarms.refused', { reason: (fault instanceof Problem ? fault.detail : undefined) ?? fault.message })}
        </p>
      )}
      <div className="dialog-end">
        <button type="button" className="quiet" onClick={cancel}>
          {t('alarms.cancel')}
        </button>
        <button type="submit" className="primary" disabled={busy}>
          {t('quarantine.adopt')}
        </button>
      </div>
    </form>
  );
}

interface Place {
  readonly latitude: string;
  readonly longitude: string;
}

function Coordinate({
  name,
  limit,
  place,
  setPlace,
}: {
  name: keyof Place;
  limit: number;
  place: Place;
  setPlace: (place: Place) => void;
}) {
  const { t } = useLanguage();
  return (
    <label>
      {t(`quarantine.${name}`)}
      <input
        name={name}
        type="number"
        inputMode="decimal"
        required
        step="any"
        min={-limit}
        max={limit}
        value={place[name]}
        onChange={(event) => setPlace({ ...place, [name]: event.target.value })}
      />
    </label>
  );
}

function positionOf({ latitude, longitude }: Place): Position | null {
  if (latitude === '' || longitude === '') return null;
  const position = { latitude: Number(latitude), longitude: Number(longitude) };
  return Math.abs(position.latitude) <= 90 && Math.abs(position.longitude) <= 180 ? position : null;
}
