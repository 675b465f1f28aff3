import type { DeviceTypeDetail } from '../api/device-types';
import type { Kind } from '../api/types';
import { shownUnit } from '../format/value';
import { useLanguage } from '../i18n';
import { fieldsOf, formulaOf, placesOf, stepOf } from './mapping';

/** Which value of the payload becomes which metric, and how it is converted. */
export function MappingTable({
  definition,
  kind,
}: {
  definition: DeviceTypeDetail['definition'];
  kind: Kind | undefined;
}) {
  const { t, titleOf } = useLanguage();
  const fields = fieldsOf(definition);
  const places = placesOf(definition);
  if (fields.length === 0) return <p>{t('onboarding.types.noMapping')}</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('onboarding.types.mapping')}>
      <table className="latest">
        <thead>
          <tr>
            <th scope="col">{t('device.metric')}</th>
            <th scope="col">{t('onboarding.types.source')}</th>
            <th scope="col">{t('onboarding.types.conversion')}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(([name, field]) => {
            const metric = kind?.metrics.find((one) => one.name === name);
            const unit = metric === undefined ? '' : shownUnit(metric.unit);
            return (
              <tr key={name}>
                <th scope="row">
                  {titleOf(metric?.titles, name)} {unit !== '' && <span className="muted">({unit})</span>}
                </th>
                <td>
                  <code>{field.source}</code>
                  {field.ports && <span className="muted"> {t('network.port', { port: field.ports.join(', ') })}</span>}
                </td>
                <td>
                  {formulaOf(field, unit)} <Rounding step={stepOf(field)} taken={formulaOf(field, unit) === ''} />
                </td>
              </tr>
            );
          })}
          {definition.time && (
            <tr>
              <th scope="row">{t('device.at')}</th>
              <td>
                <code>{definition.time.source}</code>
              </td>
              <td>
                {t(`onboarding.types.times.${definition.time.format}`)} {definition.time.unit}
              </td>
            </tr>
          )}
          {places.length > 0 && (
            <tr>
              <th scope="row">{t('onboarding.types.records')}</th>
              <td>
                {places.map((place) => (
                  <div key={place}>{place === '' ? t('onboarding.types.outputItself') : <code>{place}</code>}</div>
                ))}
              </td>
              <td>{t('onboarding.types.recordsMeaning')}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function Rounding({ step, taken }: { step: string | null; taken: boolean }) {
  const { t } = useLanguage();
  if (step !== null) return <span className="muted">{t('onboarding.types.rounded', { step })}</span>;
  return taken ? <span className="muted">{t('onboarding.types.asIs')}</span> : null;
}
