import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { replaysQuery } from '../api/dead-letters';
import { useAdopt, type Adopted, type Sighting } from '../api/sightings';
import { useLanguage } from '../i18n';
import { DeviceForm } from '../onboarding/device-form';
import { MqttSecrets } from '../onboarding/register-dialog';
import { Modal } from '../shell/modal';
import { ReplayProgress } from './replay-progress';

/** Registers a device that was only seen so far; afterwards, how the replay of what was kept of it goes. */
export function AdoptDialog({ sighting, close }: { sighting: Sighting; close: () => void }) {
  const { t } = useLanguage();
  const adopt = useAdopt(sighting.id);
  // Behind a network server nobody needs its key.
  const secret = adopt.data !== undefined && (sighting.devEui === null || sighting.logins > 0);
  return (
    <Modal heading={t('quarantine.adoptDevice', { id: sighting.id })} wide holds={secret} close={close}>
      {adopt.data ? (
        <Done adopted={adopt.data} secret={secret} close={close} />
      ) : (
        <DeviceForm
          known={sighting}
          action={t('quarantine.adopt')}
          busy={adopt.isPending}
          fault={adopt.error}
          submit={(device) => adopt.mutate(device)}
          cancel={close}
        />
      )}
    </Modal>
  );
}

function Done({
  adopted: { device, replay },
  secret,
  close,
}: {
  adopted: Adopted;
  secret: boolean;
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
      {secret && <MqttSecrets device={device} />}
      <div className="dialog-end">
        <button type="button" className="primary" onClick={close}>
          {t(secret ? 'onboarding.kept' : 'quarantine.close')}
        </button>
      </div>
    </div>
  );
}
