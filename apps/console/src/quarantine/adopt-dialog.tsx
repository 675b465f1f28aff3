import { useQuery } from '@tanstack/react-query';
import { replaysQuery } from '../api/dead-letters';
import { useAdopt, type Adopted, type Sighting } from '../api/sightings';
import { useLanguage } from '../i18n';
import { DeviceForm } from '../onboarding/device-form';
import { Registered } from '../onboarding/register-dialog';
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
  const jobs = useQuery(replaysQuery).data;
  const job = jobs?.find(({ id }) => id === replay?.id) ?? replay;
  return (
    <Registered device={device} secret={secret} close={close}>
      {job && <ReplayProgress replay={job} />}
    </Registered>
  );
}
