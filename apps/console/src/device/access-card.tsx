import { useState } from 'react';
import { useRelease, useRevokeKey } from '../api/access';
import type { Device } from '../api/types';
import { useLanguage } from '../i18n';
import { useMay } from '../session/may';
import { Confirmation } from '../shell/modal';
import { Age } from '../shell/states';
import { IsolateDialog, RotateDialog } from './access-dialogs';

type Dialog = 'rotate' | 'revoke' | 'isolate' | 'release';

/** Whether the device may speak, with which key, and what engineers can do about it. */
export function AccessCard({ device }: { device: Device }) {
  const { t } = useLanguage();
  const may = useMay('engineer');
  const [open, setOpen] = useState<Dialog | null>(null);
  const close = (): void => setOpen(null);
  const { id, enabled, key } = device;
  const usable = key !== null && key !== undefined && key.revokedAt === null;
  const actions: Dialog[] = ['rotate', ...(usable ? (['revoke'] as const) : []), enabled ? 'isolate' : 'release'];
  return (
    <section aria-labelledby="access-heading" className="card" data-card="access">
      <h2 id="access-heading">{t('access.heading')}</h2>
      {key === null || key === undefined ? <p>{t('access.noKey')}</p> : <KeyFacts facts={key} />}
      {may && (
        <div className="page-actions">
          {actions.map((action) => (
            <button key={action} type="button" onClick={() => setOpen(action)}>
              {t(`access.${action}`)}
            </button>
          ))}
        </div>
      )}
      {open === 'rotate' && <RotateDialog device={device} close={close} />}
      {open === 'isolate' && <IsolateDialog id={id} close={close} />}
      {open === 'revoke' && <Revoke id={id} close={close} />}
      {open === 'release' && <Release id={id} close={close} />}
    </section>
  );
}

function KeyFacts({ facts }: { facts: NonNullable<Device['key']> }) {
  const { t } = useLanguage();
  const { issuedAt, revokedAt, formerValidUntil } = facts;
  return (
    <dl className="facts-list">
      <div>
        <dt>{t('access.key')}</dt>
        <dd className={revokedAt === null ? undefined : 'late'}>
          {t(revokedAt === null ? 'access.valid' : 'access.revoked')} {revokedAt !== null && <Age time={revokedAt} />}
        </dd>
      </div>
      <div>
        <dt>{t('access.issued')}</dt>
        <dd>
          <Age time={issuedAt} />
        </dd>
      </div>
      {formerValidUntil !== null && (
        <div>
          <dt>{t('access.former')}</dt>
          <dd>
            <Age time={formerValidUntil} />
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Above the page of a device that may not speak: nothing below it is of now. */
export function IsolationBanner({ device }: { device: Device }) {
  const { t } = useLanguage();
  if (device.enabled) return null;
  const { isolation } = device;
  return (
    <p className="isolation" role="status">
      <b>{t('access.isolated')}</b>{' '}
      {isolation && (
        <>
          <q>{isolation.reason}</q>{' '}
          <span className="muted">
            {t('alarms.by', { actor: isolation.by })} <Age time={isolation.at} />
          </span>
        </>
      )}
    </p>
  );
}

function Revoke({ id, close }: { id: string; close: () => void }) {
  const { t } = useLanguage();
  const revoke = useRevokeKey(id);
  return (
    <Confirmation
      heading={t('access.revokeHeading', { id })}
      consequence={t('access.revokeText')}
      action={t('access.revoke')}
      busy={revoke.isPending}
      error={revoke.error}
      confirm={() => revoke.mutate(undefined, { onSuccess: close })}
      close={close}
    />
  );
}

function Release({ id, close }: { id: string; close: () => void }) {
  const { t } = useLanguage();
  const release = useRelease(id);
  return (
    <Confirmation
      heading={t('access.releaseHeading', { id })}
      consequence={t('access.releaseText')}
      action={t('access.release')}
      busy={release.isPending}
      error={release.error}
      confirm={() => release.mutate(undefined, { onSuccess: close })}
      close={close}
    />
  );
}
