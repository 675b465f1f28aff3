import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { SeverityMark } from '../alarms/severity-mark';
import { departmentsQuery, districtsQuery, kindsQuery } from '../api/queries';
import { SEVERITIES, type Device, type Severity } from '../api/types';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';

const MOST_ROWS = 200;

/** The same devices as the map, for the keyboard and for screen readers; those in alarm stand first. */
export function DeviceList({
  devices,
  worst,
  total,
}: {
  devices: readonly Device[];
  worst: ReadonlyMap<string, Severity>;
  total: number;
}) {
  const { t, titleOf, language } = useLanguage();
  const kinds = useQuery(kindsQuery).data;
  const districts = useQuery(districtsQuery).data;
  const departments = useQuery(departmentsQuery).data;
  const rows = useMemo(() => {
    const rank = (device: Device): number =>
      worst.has(device.id) ? SEVERITIES.indexOf(worst.get(device.id)!) : SEVERITIES.length;
    return [...devices].sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1)).slice(0, MOST_ROWS);
  }, [devices, worst]);

  if (devices.length === 0) return <p className="state">{t(total === 0 ? 'devices.empty' : 'devices.none')}</p>;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t('map.list')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('devices.state')}</th>
            <th scope="col">{t('devices.device')}</th>
            <th scope="col">{t('devices.kind')}</th>
            <th scope="col">{t('devices.district')}</th>
            <th scope="col">{t('devices.department')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((device) => (
            <tr key={device.id}>
              <td>
                <SeverityMark severity={worst.get(device.id) ?? 'normal'} />
              </td>
              <td>
                <Link to="/devices/$id" params={{ id: device.id }}>
                  {device.id}
                </Link>
                {device.name !== '' && device.name !== device.id && <span className="muted"> {device.name}</span>}
              </td>
              <td>{titleOf(kinds?.get(device.kind)?.titles, device.kind)}</td>
              <td>{titleOf(districts?.get(device.district)?.titles, device.district)}</td>
              <td>{titleOf(departments?.get(device.department)?.titles, device.department)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {devices.length > MOST_ROWS && (
        <p className="muted hint">
          {t('devices.more', {
            count: devices.length - MOST_ROWS,
            more: shownNumber(devices.length - MOST_ROWS, 0, language),
          })}
        </p>
      )}
    </div>
  );
}
