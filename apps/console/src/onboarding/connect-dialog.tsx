import { useState, type FormEvent } from 'react';
import {
  NETWORK_SERVER_TYPES,
  useConnectServer,
  type NetworkServerType,
  type NetworkServerWithKey,
} from '../api/network-servers';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Modal } from '../shell/modal';
import { CopyButton, Secrets } from '../shell/secrets';
import { TOPIC_LEVEL } from './device-fields';

/** Makes a network server known, and shows its key and how it is set up, once. */
export function ConnectDialog({ close }: { close: () => void }) {
  const { t } = useLanguage();
  const connect = useConnectServer();
  const [type, setType] = useState<NetworkServerType>('chirpstack');
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    const applications = text('applications')
      .split(/[\s,]+/)
      .filter((one) => one !== '');
    connect.mutate({
      id: text('id'),
      type,
      ...(text('name') === '' ? {} : { name: text('name') }),
      ...(applications.length === 0 ? {} : { applications }),
      ...(text('url') === ''
        ? {}
        : { downlink: { url: text('url'), ...(text('key') === '' ? {} : { key: text('key') }) } }),
    });
  };
  return (
    <Modal heading={t('onboarding.servers.connect')} wide holds={connect.data !== undefined} close={close}>
      {connect.data ? (
        <ServerKey server={connect.data} close={close} />
      ) : (
        <form onSubmit={onSubmit}>
          <div className="form-grid">
            <label>
              {t('onboarding.servers.id')}
              <input name="id" required maxLength={64} pattern={TOPIC_LEVEL} title={t('quarantine.idRule')} autoFocus />
            </label>
            <label>
              {t('quarantine.name')}
              <input name="name" maxLength={128} />
            </label>
            <label>
              {t('onboarding.servers.type')}
              <select name="type" value={type} onChange={(event) => setType(event.target.value as NetworkServerType)}>
                {NETWORK_SERVER_TYPES.map((one) => (
                  <option key={one} value={one}>
                    {t(`onboarding.servers.types.${one}`)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t('onboarding.servers.applications')}
              <input name="applications" required={type !== 'chirpstack'} aria-describedby="applications-hint" />
            </label>
          </div>
          <p className="muted" id="applications-hint">
            {t(`onboarding.servers.applicationsHint.${type}`)}
          </p>
          <details>
            <summary>{t('onboarding.servers.downlinkHeading')}</summary>
            <div className="form-grid">
              <label>
                {t('onboarding.servers.downlinkUrl')}
                <input name="url" type="url" maxLength={1000} />
              </label>
              <label>
                {t('onboarding.servers.downlinkKey')}
                <input name="key" type="password" autoComplete="off" maxLength={512} />
              </label>
            </div>
            <p className="muted">{t('onboarding.servers.downlinkHint')}</p>
          </details>
          {connect.error && <FaultText error={connect.error} />}
          <div className="dialog-end">
            <button type="button" className="quiet" onClick={close}>
              {t('alarms.cancel')}
            </button>
            <button type="submit" className="primary" disabled={connect.isPending}>
              {t('onboarding.servers.make')}
            </button>
          </div>
        </form>
      )}
    </Modal>
  );
}

/** The key of a network server with what to set up there, which holds the key as well. */
export function ServerKey({ server, close }: { server: NetworkServerWithKey; close: () => void }) {
  const { t } = useLanguage();
  const instructions = server.instructions.join('\n');
  return (
    <div className="adopted">
      <p role="status">{t('onboarding.servers.keyOnce')}</p>
      <Secrets
        entries={[
          [t('session.username'), server.id],
          [t('onboarding.key'), server.key],
        ]}
      />
      <div className="faults-head">
        <h3>{t('onboarding.servers.instructions')}</h3>
        <CopyButton text={instructions} name={t('onboarding.servers.instructions')} />
      </div>
      <pre className="instructions" lang="en" tabIndex={0} aria-label={t('onboarding.servers.instructions')}>
        {instructions}
      </pre>
      <div className="dialog-end">
        <button type="button" className="primary" onClick={close}>
          {t('onboarding.kept')}
        </button>
      </div>
    </div>
  );
}
