import type { FormEvent } from 'react';
import { useState } from 'react';
import type { NewDevice } from '../api/access';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { TOPIC_LEVEL } from './device-fields';
import { KindFields } from './kind-fields';
import { NO_PLACE, PlaceFields } from './place-fields';

interface DeviceFormProps {
  /** What is known of the device before anybody has registered it. */
  readonly known?: { readonly id: string; readonly name: string | null; readonly profile: string | null };
  /** What the button says. */
  readonly action: string;
  readonly busy: boolean;
  readonly fault: Error | null;
  submit(device: NewDevice): void;
  cancel(): void;
}

/** What the registry has to know of a device; it is the same whether it was seen before or not. */
export function DeviceForm({ known, action, busy, fault, submit, cancel }: DeviceFormProps) {
  const { t } = useLanguage();
  const [place, setPlace] = useState(NO_PLACE);

  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    submit({
      id: text('id'),
      kind: text('kind'),
      department: text('department'),
      latitude: Number(place.latitude),
      longitude: Number(place.longitude),
      ...(text('name') === '' ? {} : { name: text('name') }),
      ...(text('deviceType') === '' ? {} : { deviceType: text('deviceType') }),
      ...(text('devEui') === '' ? {} : { devEui: text('devEui') }),
    });
  };

  return (
    <form onSubmit={onSubmit}>
      <div className="form-grid">
        <label>
          {t('quarantine.id')}
          <input
            name="id"
            required
            maxLength={64}
            pattern={TOPIC_LEVEL}
            title={t('quarantine.idRule')}
            defaultValue={known?.id ?? ''}
            autoFocus
          />
        </label>
        <label>
          {t('quarantine.name')}
          <input name="name" maxLength={256} defaultValue={known?.name ?? ''} />
        </label>
        <KindFields profile={known?.profile ?? null} />
        {/* Of a device that was seen, the platform knows it already. */}
        {known === undefined && <DevEuiField />}
      </div>
      <PlaceFields place={place} setPlace={setPlace} />
      {fault && <FaultText error={fault} />}
      <div className="dialog-end">
        <button type="button" className="quiet" onClick={cancel}>
          {t('alarms.cancel')}
        </button>
        <button type="submit" className="primary" disabled={busy}>
          {action}
        </button>
      </div>
    </form>
  );
}

export function DevEuiField() {
  const { t } = useLanguage();
  return (
    <label className="wide">
      {t('onboarding.devEui')}
      <input name="devEui" pattern="[0-9A-Fa-f]{16}" maxLength={16} title={t('onboarding.devEuiRule')} />
    </label>
  );
}
