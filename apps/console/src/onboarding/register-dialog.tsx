import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useRegister, type DeviceWithAccess } from '../api/access';
import { useLanguage } from '../i18n';
import { Modal } from '../shell/modal';
import { Secrets } from '../shell/secrets';
import { DeviceForm } from './device-form';

/** Registers one device, and shows its key once. */
export function RegisterDialog({ close }: { close: () => void }) {
  const { t } = useLanguage();
  const register = useRegister();
  return (
    <Modal heading={t('onboarding.ways.one.go')} wide holds={register.data !== undefined} close={close}>
      {register.data ? (
        <Registered device={register.data} close={close} />
      ) : (
        <DeviceForm
          action={t('onboarding.register')}
          busy={register.isPending}
          fault={register.error}
          submit={(device) => register.mutate(device)}
          cancel={close}
        />
      )}
    </Modal>
  );
}

/** The new device, with what it has to be set to; behind a network server nobody needs its key, unless `secret` says so. */
export function Registered({
  device,
  secret = device.devEui === null,
  close,
  children,
}: {
  device: DeviceWithAccess;
  secret?: boolean;
  close: () => void;
  children?: ReactNode;
}) {
  const { t } = useLanguage();
  return (
    <div className="adopted">
      <p role="status">
        {t('quarantine.adopted')}{' '}
        <Link to="/devices/$id" params={{ id: device.id }}>
          {device.id}
        </Link>
      </p>
      {children}
      {secret && <MqttSecrets device={device} />}
      <div className="dialog-end">
        <button type="button" className="primary" onClick={close}>
          {t(secret ? 'onboarding.kept' : 'quarantine.close')}
        </button>
      </div>
    </div>
  );
}

export function MqttSecrets({ device: { mqtt } }: { device: DeviceWithAccess }) {
  const { t } = useLanguage();
  return (
    <>
      <p>{t('quarantine.passwordOnce')}</p>
      <Secrets
        entries={[
          [t('onboarding.clientId'), mqtt.clientId],
          [t('session.username'), mqtt.username],
          [t('session.password'), mqtt.password],
          [t('quarantine.topic'), mqtt.topic],
        ]}
      />
    </>
  );
}
