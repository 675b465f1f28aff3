import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Quality } from '../api/quality';
import { departmentsQuery, districtsQuery, kindsQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { Score } from './grade-mark';
import { useReasonText } from './reason-text';
import { visibleRows } from './visible-rows';

/** Every row is this high: long reasons are cut in the table and whole on the page of the device. */
const ROW_HEIGHT = 40;
const MOST_REASONS = 2;

/** Only the rows in sight are drawn, so that a city of devices scrolls as well as a street of them. */
export function QualityTable({ devices }: { devices: readonly Quality[] }) {
  const { t } = useLanguage();
  const frame = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = frame.current!;
    const look = (): void => setSight({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  const { from, to } = visibleRows(sight.top, sight.height, ROW_HEIGHT, devices.length);
  return (
    <div className="table-frame" ref={frame} tabIndex={0} role="region" aria-label={t('quality.heading')}>
      <table className="quality-table" aria-rowcount={devices.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" className="score-column">
              {t('quality.score')}
            </th>
            <th scope="col">{t('devices.device')}</th>
            <th scope="col">{t('devices.kind')}</th>
            <th scope="col">{t('devices.district')}</th>
            <th scope="col">{t('devices.department')}</th>
            <th scope="col" className="reasons-column">
              {t('quality.reasons')}
            </th>
          </tr>
        </thead>
        <tbody>
          <Room rows={from} />
          {devices.slice(from, to).map((quality, index) => (
            <Row key={quality.device} quality={quality} index={from + index} />
          ))}
          <Room rows={devices.length - to} />
        </tbody>
      </table>
    </div>
  );
}

function Room({ rows }: { rows: number }) {
  if (rows === 0) return null;
  return (
    <tr aria-hidden="true" className="room">
      <td colSpan={6} style={{ height: rows * ROW_HEIGHT }} />
    </tr>
  );
}

function Row({ quality, index }: { quality: Quality; index: number }) {
  const { titleOf } = useLanguage();
  const reasonText = useReasonText();
  const kinds = useQuery(kindsQuery).data;
  const districts = useQuery(districtsQuery).data;
  const departments = useQuery(departmentsQuery).data;
  const { device, kind, district, department, grade, score, reasons } = quality;
  const texts = reasons.map((reason) => reasonText(kind, reason));
  return (
    <tr aria-rowindex={index + 2} data-device={device} style={{ height: ROW_HEIGHT }}>
      <td>
        <Score grade={grade} score={score} />
      </td>
      <th scope="row">
        <Link to="/devices/$id" params={{ id: device }}>
          {device}
        </Link>
      </th>
      <td>{titleOf(kinds?.get(kind)?.titles, kind)}</td>
      <td>{titleOf(districts?.get(district)?.titles, district)}</td>
      <td>{titleOf(departments?.get(department)?.titles, department)}</td>
      <td title={texts.join('\n')}>
        {texts.slice(0, MOST_REASONS).join(' ')}
        {texts.length > MOST_REASONS && ` +${texts.length - MOST_REASONS}`}
      </td>
    </tr>
  );
}
