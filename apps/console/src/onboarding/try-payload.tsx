import type { FormEvent } from 'react';
import { useTryPayload } from '../api/device-types';
import type { Kind } from '../api/types';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { textsOfCode } from '../problems/problem-texts';
import { UplinkReadings } from './reading-values';

/** Any payload, as this type reads it; nothing is kept. */
export function TryPayload({
  id,
  kind,
  ports,
}: {
  id: string;
  kind: Kind | undefined;
  ports: readonly number[] | undefined;
}) {
  const { t, titleOf } = useLanguage();
  const attempt = useTryPayload(id);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    attempt.mutate({ hex: String(form.get('hex')), fPort: Number(form.get('fPort')) });
  };
  const { readings = [], rejections = [], warnings = [] } = attempt.data ?? {};
  return (
    <>
      <form className="try" onSubmit={submit}>
        <label>
          {t('onboarding.types.hex')}
          <input name="hex" required maxLength={1024} spellCheck={false} autoComplete="off" />
        </label>
        <label>
          {t('onboarding.types.port')}
          <input name="fPort" type="number" required min={0} max={255} defaultValue={ports?.[0] ?? 1} />
        </label>
        <button type="submit" disabled={attempt.isPending}>
          {t('onboarding.types.decode')}
        </button>
      </form>
      {attempt.error && <FaultText error={attempt.error} />}
      <div role="status">
        {readings.length > 0 && <UplinkReadings kind={kind} readings={readings} />}
        {attempt.data && (
          <ul className="events">
            {rejections.map(({ code, pointer, detail }) => (
              <li key={`${code} ${pointer}`} data-level="error">
                <b>{titleOf(textsOfCode(code)?.title, code)}</b> <code>{pointer}</code> <span lang="en">{detail}</span>
              </li>
            ))}
            {warnings.map((warning) => (
              <li key={warning} data-level="warning" lang="en">
                {warning}
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}
