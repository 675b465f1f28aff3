import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { claimsQuery } from '../api/claims';
import { deviceTypesQuery } from '../api/device-types';
import { networkServersQuery } from '../api/network-servers';
import { sessionQuery } from '../api/queries';
import { sightingsQuery } from '../api/sightings';
import { useLanguage } from '../i18n';
import { mayActAs } from '../session/may';
import { OnboardingFrame } from './onboarding-frame';
import { RegisterDialog } from './register-dialog';

/** The ways by which a device comes in, and what waits on each of them. */
export function OverviewPage() {
  const { t } = useLanguage();
  const session = useQuery(sessionQuery).data;
  const engineer = mayActAs(session, 'engineer');
  const wholeCity = engineer && session?.departments === null;
  const [registering, setRegistering] = useState(false);
  const seen = useQuery({ ...sightingsQuery, enabled: wholeCity }).data?.length;
  const claims = useInfiniteQuery({ ...claimsQuery(true), enabled: engineer }).data?.pages[0];
  const types = useQuery(deviceTypesQuery).data?.length;
  const servers = useQuery({ ...networkServersQuery, enabled: wholeCity }).data;
  const silent = servers?.filter(({ active }) => !active).length ?? 0;
  return (
    <OnboardingFrame page="overview">
      <ul className="ways">
        {engineer && (
          <Way name="one">
            <button type="button" onClick={() => setRegistering(true)}>
              {t('onboarding.ways.one.go')}
            </button>
          </Way>
        )}
        {wholeCity && (
          <Way name="seen" figure={seen === undefined ? null : t('onboarding.ways.seen.figure', { count: seen })}>
            <Link to="/quarantine" search={{ tab: 'seen' }}>
              {t('onboarding.ways.seen.go')}
            </Link>
          </Way>
        )}
        {engineer && (
          <Way name="import">
            <Link to="/onboarding/import">{t('onboarding.ways.import.go')}</Link>
          </Way>
        )}
        {mayActAs(session, 'operator') && (
          <Way
            name="claims"
            figure={
              claims &&
              t(claims.next === null ? 'onboarding.ways.claims.figure' : 'onboarding.ways.claims.figureAtLeast', {
                count: claims.claims.length,
              })
            }
          >
            <Link to="/onboarding/claims">{t('onboarding.ways.claims.go')}</Link>
          </Way>
        )}
        {wholeCity && (
          <Way
            name="servers"
            figure={servers && t('onboarding.ways.servers.figure', { count: servers.length })}
            warning={silent > 0 ? t('onboarding.ways.servers.silent', { count: silent }) : null}
          >
            <Link to="/onboarding/network-servers">{t('onboarding.ways.servers.go')}</Link>
          </Way>
        )}
        <Way name="types" figure={types === undefined ? null : t('onboarding.ways.types.figure', { count: types })}>
          <Link to="/onboarding/device-types">{t('onboarding.ways.types.go')}</Link>
        </Way>
      </ul>
      {!engineer && <p className="muted hint">{t('onboarding.needsEngineer')}</p>}
      {registering && <RegisterDialog close={() => setRegistering(false)} />}
    </OnboardingFrame>
  );
}

function Way({
  name,
  figure,
  warning,
  children,
}: {
  name: 'one' | 'seen' | 'import' | 'claims' | 'servers' | 'types';
  figure?: string | null | undefined;
  warning?: string | null;
  children: ReactNode;
}) {
  const { t } = useLanguage();
  return (
    <li className="card way" data-way={name}>
      <h2>{t(`onboarding.ways.${name}.title`)}</h2>
      <p className="muted">{t(`onboarding.ways.${name}.text`)}</p>
      <p className="way-figure">
        {figure} {warning && <span className="late">{warning}</span>}
      </p>
      <p>{children}</p>
    </li>
  );
}
