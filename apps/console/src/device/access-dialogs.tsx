import { useRef, useState, type FormEvent } from 'react';
import { useIsolate, useRotateKey } from '../api/access';
import type { Device } from '../api/types';
import { useLanguage } from '../i18n';
import { MqttSecrets } from '../onboarding/register-dialog';
import { FaultText } from '../problems/fault';
import { Confirmation, Modal } from '../shell/modal';

/** ISO 8601 durations for which the old key goes on working; none first. */
const GRACES = ['', 'PT1H', 'PT24H', 'P7D'] as const;

/** Gives the device a new key, and shows it once. */
export function RotateDialog({ device: { id, key }, close }: { device: Device; close: () => void }) {
  const { t } = useLanguage();
  const rotate = useRotateKey(id);
  const [grace, setGrace] = useState<string>('');
  const hasKey = key !== null && key !== undefined && key.revokedAt === null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rotate.mutate(hasKey ? grace : '');
  };
  return (
    <Modal heading={t('access.rotateHeading', { id })} holds={rotate.data !== undefined} close={close}>
      {rotate.data ? (
        <div className="adopted">
          <MqttSecrets device={rotate.data} />
          <div className="dialog-end">
            <button type="button" className="primary" onClick={close}>
              {t('onboarding.kept')}
            </button>
          </div>
        </div>
      ) : (
        <form onSubmit={submit}>
          {hasKey && (
            <label>
              {t('access.grace')}
              <select name="grace" value={grace} onChange={(event) => setGrace(event.target.value)}>
                {GRACES.map((one) => (
                  <option key={one} value={one}>
                    {t(`access.graces.${one === '' ? 'none' : one}`)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <p>{t(!hasKey ? 'access.rotateNew' : grace === '' ? 'access.rotateNow' : 'access.rotateLater')}</p>
          {rotate.error && <FaultText error={rotate.error} />}
          <div className="dialog-end">
            <button type="button" className="quiet" onClick={close}>
              {t('alarms.cancel')}
            </button>
            <button type="submit" className={hasKey && grace === '' ? 'danger' : 'primary'} disabled={rotate.isPending}>
              {t('access.rotate')}
            </button>
          </div>
        </form>
      )}
    </Modal>
  );
}

export function IsolateDialog({ id, close }: { id: string; close: () => void }) {
  const { t } = useLanguage();
  const isolate = useIsolate(id);
  const reason = useRef<HTMLTextAreaElement>(null);
  return (
    <Confirmation
      heading={t('access.isolateHeading', { id })}
      consequence={t('access.isolateText')}
      action={t('access.isolate')}
      busy={isolate.isPending}
      error={isolate.error}
      confirm={() => isolate.mutate(reason.current!.value.trim(), { onSuccess: close })}
      close={close}
    >
      <label>
        {t('access.reason')}
        <textarea ref={reason} name="reason" rows={2} maxLength={500} required autoFocus />
      </label>
    </Confirmation>
  );
}
