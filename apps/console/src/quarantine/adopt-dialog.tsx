import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { replaysQuery } from '../api/dead-letters';
import { useAdopt, type Adopted, type Sighting } from '../api/sightings';
import { useLanguage } from '../i18n';
import { AdoptForm } from './adopt-form';
import { ReplayProgress } from './replay-progress';

/** Registers a device that was only seen so far; afterwards, how the replay of what was kept of it goes. */
export function AdoptDialog({ sighting, close }: { sighting: Sighting; close: () => void }) {
  const { t } = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  const adopt = useAdopt(sighting.id);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="adopt" onClose={close} aria-labelledby="adopt-heading">
      <h2 id="adopt-heading">{t('quarantine.adoptDevice', { id: sighting.id })}</h2>
      {adopt.data ? (
        <Done adopted={adopt.data} devEui={sighting.devEui} close={() => dialog.current?.close()} />
      ) : (
        <AdoptForm
          sighting={sighting}
          busy={adopt.isPending}
          fault={adopt.error}
          submit={(adoption) => adopt.mutate(adoption)}
          cancel={() => dialog.current?.close()}
        />
      )}
    </dialog>
  );
}

function Done({
  adopted: { device, replay },
  devEui,
  close,
}: {
  adopted: Adopted;
  devEui: string | null;
  close: () => void;
}) {
  const { t } = useLanguage();
  const jobs = useQuery(replaysQuery).data;
  const job = jobs?.find(({ id }) => id === replay?.id) ?? replay;
  return (
    <div className="adopted">
      <p role="status">
        {t('quarantine.adopted')}{' '}
        <Link to="/devices/$id" params={{ id: device.id }}>
          {device.id}
        </Link>
      </p>
      {job && <ReplayProgress replay={job} />}
      {devEui === null && (
        <>
          <p>{t('quarantine.passwordOnce')}</p>
          <dl>
            <dt>{t('session.username')}</dt>
            <dd>
              <code>{device.mqtt.username}</code>
            </dd>
            <dt>{t('session.password')}</dt>
            <dd>
              <code>{device.mqtt.password}</code>
            </dd>
            <dt>{t('quarantine.topic')}</dt>
            <dd>
              <code>{device.mqtt.topic}</code>
            </dd>
          </dl>
        </>
      )}
      <div className="dialog-end">
        <button type="button" className="primary" onClick={close}>
          {t('quarantine.close')}
        </button>
      </div>
    </div>
  );
}
