import { useState, type FormEvent } from 'react';
import { usePrepare, type NewClaim, type Prepared } from '../api/claims';
import { absoluteTime } from '../format/time';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Modal } from '../shell/modal';
import { CopyButton, download, Secrets } from '../shell/secrets';
import { TOPIC_LEVEL } from './device-fields';
import { DevEuiField } from './device-form';
import { KindFields } from './kind-fields';

const MOST_CLAIMS = 1_000;
const MOST_DAYS = 365;
const DAYS = 30;
const PREFIX = '[A-Za-z0-9][A-Za-z0-9._\\-]{0,31}';

/** Makes claim codes and shows them once: one to read out, several as a table for a label printer. */
export function PrepareDialog({ close }: { close: () => void }) {
  const { t } = useLanguage();
  const prepare = usePrepare();
  return (
    <Modal heading={t('onboarding.claims.prepare')} wide holds={prepare.data !== undefined} close={close}>
      {prepare.data ? (
        <Codes prepared={prepare.data} close={close} />
      ) : (
        <PrepareForm busy={prepare.isPending} fault={prepare.error} submit={prepare.mutate} cancel={close} />
      )}
    </Modal>
  );
}

function PrepareForm({
  busy,
  fault,
  submit,
  cancel,
}: {
  busy: boolean;
  fault: Error | null;
  submit: (claim: NewClaim) => void;
  cancel: () => void;
}) {
  const { t } = useLanguage();
  const [count, setCount] = useState(1);
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = ['id', 'idPrefix', 'deviceType', 'devEui'].flatMap((name) => {
      const value = String(form.get(name) ?? '').trim();
      return value === '' ? [] : [[name, value] as const];
    });
    submit({
      kind: String(form.get('kind')),
      department: String(form.get('department')),
      count,
      expiresInDays: Number(form.get('expiresInDays')),
      ...Object.fromEntries(given),
    });
  };
  return (
    <form onSubmit={onSubmit}>
      <div className="form-grid">
        <KindFields />
        <label>
          {t('onboarding.claims.count')}
          <input
            name="count"
            type="number"
            required
            min={1}
            max={MOST_CLAIMS}
            value={count === 0 ? '' : count}
            onChange={(event) => setCount(Number(event.target.value))}
          />
        </label>
        <label>
          {t('onboarding.claims.days')}
          <input name="expiresInDays" type="number" required min={1} max={MOST_DAYS} defaultValue={DAYS} />
        </label>
        {count === 1 ? (
          <>
            <label className="wide">
              {t('onboarding.claims.id')}
              <input name="id" maxLength={64} pattern={TOPIC_LEVEL} title={t('quarantine.idRule')} />
            </label>
            <DevEuiField />
          </>
        ) : (
          <label className="wide">
            {t('onboarding.claims.prefix')}
            <input name="idPrefix" maxLength={32} pattern={PREFIX} title={t('quarantine.idRule')} placeholder="LP-" />
          </label>
        )}
      </div>
      {fault && <FaultText error={fault} />}
      <div className="dialog-end">
        <button type="button" className="quiet" onClick={cancel}>
          {t('alarms.cancel')}
        </button>
        <button type="submit" className="primary" disabled={busy}>
          {t('onboarding.claims.make', { count })}
        </button>
      </div>
    </form>
  );
}

function Codes({ prepared, close }: { prepared: Prepared; close: () => void }) {
  const { t, language } = useLanguage();
  return (
    <div className="adopted">
      {'labels' in prepared ? (
        <>
          <p>{t('onboarding.claims.labelsOnce', { count: prepared.count })}</p>
          <textarea
            className="labels"
            readOnly
            rows={8}
            value={prepared.labels}
            aria-label={t('onboarding.claims.labels')}
          />
          <div className="page-actions">
            <button type="button" onClick={() => download('labels.csv', prepared.labels)}>
              {t('onboarding.claims.getLabels')}
            </button>
            <CopyButton text={prepared.labels} name={t('onboarding.claims.labels')} />
          </div>
        </>
      ) : (
        <>
          <p>{t('onboarding.claims.codeOnce')}</p>
          <Secrets
            entries={[
              [t('onboarding.claims.code'), prepared.code],
              [t('devices.device'), prepared.claim.device],
            ]}
          />
          <p className="muted">
            {t('onboarding.claims.until')} {absoluteTime(prepared.claim.expiresAt, language)}
          </p>
        </>
      )}
      <div className="dialog-end">
        <button type="button" className="primary" onClick={close}>
          {t('onboarding.kept')}
        </button>
      </div>
    </div>
  );
}
