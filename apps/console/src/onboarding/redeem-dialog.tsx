import { useState, type FormEvent } from 'react';
import { useRedeem } from '../api/claims';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Modal } from '../shell/modal';
import { NO_PLACE, PlaceFields } from './place-fields';
import { Registered } from './register-dialog';

/** In the street: the code of the label, and where the device stands. */
export function RedeemDialog({ close }: { close: () => void }) {
  const { t } = useLanguage();
  const redeem = useRedeem();
  const [place, setPlace] = useState(NO_PLACE);
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get('name')).trim();
    redeem.mutate({
      code: String(form.get('code')).trim(),
      latitude: Number(place.latitude),
      longitude: Number(place.longitude),
      ...(name === '' ? {} : { name }),
    });
  };
  return (
    <Modal heading={t('onboarding.claims.redeem')} wide holds={redeem.data !== undefined} close={close}>
      {redeem.data ? (
        <Registered device={redeem.data} close={close} />
      ) : (
        <form onSubmit={onSubmit}>
          <div className="form-grid">
            <label>
              {t('onboarding.claims.code')}
              <input
                name="code"
                required
                maxLength={64}
                autoCapitalize="characters"
                autoComplete="off"
                spellCheck={false}
                placeholder="7KQ2M-9XZ4C-H0TRB"
                autoFocus
              />
            </label>
            <label>
              {t('quarantine.name')}
              <input name="name" maxLength={256} />
            </label>
          </div>
          <PlaceFields place={place} setPlace={setPlace} />
          {redeem.error && <FaultText error={redeem.error} />}
          <div className="dialog-end">
            <button type="button" className="quiet" onClick={close}>
              {t('alarms.cancel')}
            </button>
            <button type="submit" className="primary" disabled={redeem.isPending}>
              {t('onboarding.register')}
            </button>
          </div>
        </form>
      )}
    </Modal>
  );
}
