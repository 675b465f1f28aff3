import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '../api/queries';
import { sightingsQuery, useIgnore, type Sighting } from '../api/sightings';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { mayActAs } from '../session/may';
import { Age, Failure, Loading } from '../shell/states';
import { AdoptDialog } from './adopt-dialog';

/** Devices that send or try to log in, and that nobody has registered. */
export function FirstSeen() {
  const { t } = useLanguage();
  const session = useQuery(sessionQuery).data;
  const may = mayActAs(session, 'engineer');
  const seesAll = session?.departments === null;
  const sightings = useQuery({ ...sightingsQuery, enabled: may && seesAll });
  const [adopting, setAdopting] = useState<Sighting | null>(null);
  if (!may) return <p className="state">{t('quarantine.seenNeedsEngineer')}</p>;
  if (!seesAll) return <p className="state">{t('quarantine.seenNeedsAll')}</p>;
  if (sightings.isPending) return <Loading />;
  if (sightings.isLoadingError) return <Failure text="quarantine.failed" retry={() => void sightings.refetch()} />;
  return (
    <>
      {sightings.data.length === 0 ? (
        <div className="state">
          <p>{t('quarantine.seenNone')}</p>
          <p className="muted">{t('quarantine.seenNoneHint')}</p>
        </div>
      ) : (
        <Sightings sightings={sightings.data} adopt={setAdopting} />
      )}
      {adopting && <AdoptDialog sighting={adopting} close={() => setAdopting(null)} />}
    </>
  );
}

function Sightings({ sightings, adopt }: { sightings: readonly Sighting[]; adopt: (sighting: Sighting) => void }) {
  const { t, language } = useLanguage();
  const ignore = useIgnore();
  return (
    <>
      {ignore.error && <FaultText error={ignore.error} />}
      <div className="table-frame" tabIndex={0} role="region" aria-label={t('quarantine.tabs.seen')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('quarantine.callsItself')}</th>
              <th scope="col">{t('quarantine.suggested')}</th>
              <th scope="col">{t('quarantine.broughtBy')}</th>
              <th scope="col">{t('quarantine.first')}</th>
              <th scope="col">{t('quarantine.last')}</th>
              <th scope="col" className="number">
                {t('quarantine.messages')}
              </th>
              <th scope="col" className="number">
                {t('quarantine.logins')}
              </th>
              <th scope="col">{t('quarantine.actions')}</th>
            </tr>
          </thead>
          <tbody>
            {sightings.map((sighting) => (
              <tr key={sighting.id} data-sighting={sighting.id}>
                <th scope="row">
                  <code>{sighting.id}</code>
                  {sighting.devEui !== null && <small className="muted"> DevEUI</small>}
                </th>
                <td>
                  {sighting.name ?? '–'}
                  {sighting.profile !== null && <span className="muted"> {sighting.profile}</span>}
                </td>
                <td>
                  {sighting.source === sighting.id ? t('quarantine.itself') : sighting.source}
                  {sighting.application !== null && <span className="muted"> {sighting.application}</span>}
                </td>
                <td>
                  <Age time={sighting.firstSeen} />
                </td>
                <td>
                  <Age time={sighting.lastSeen} />
                </td>
                <td className="number">{shownNumber(sighting.messages, 0, language)}</td>
                <td className="number">{shownNumber(sighting.logins, 0, language)}</td>
                <td className="row-actions">
                  <button
                    type="button"
                    aria-label={t('quarantine.adoptDevice', { id: sighting.id })}
                    onClick={() => adopt(sighting)}
                  >
                    {t('quarantine.adopt')}
                  </button>
                  <button
                    type="button"
                    className="quiet"
                    disabled={ignore.isPending}
                    aria-label={t('quarantine.ignoreDevice', { id: sighting.id })}
                    onClick={() => ignore.mutate(sighting.id)}
                  >
                    {t('quarantine.ignore')}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
