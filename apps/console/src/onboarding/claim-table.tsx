import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Claim } from '../api/claims';
import { departmentsQuery, kindsQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { Age } from '../shell/states';

/** Claims without their codes, which nobody can show again. */
export function ClaimTable({ claims, revoke }: { claims: readonly Claim[]; revoke: (claim: Claim) => void }) {
  const { t, titleOf } = useLanguage();
  const kinds = useQuery(kindsQuery).data;
  const departments = useQuery(departmentsQuery).data;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t('onboarding.tabs.claims')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('devices.device')}</th>
            <th scope="col">{t('devices.state')}</th>
            <th scope="col">{t('devices.kind')}</th>
            <th scope="col">{t('devices.department')}</th>
            <th scope="col">{t('onboarding.claims.prepared')}</th>
            <th scope="col">{t('onboarding.claims.until')}</th>
            <th scope="col">{t('quarantine.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {claims.map((claim) => (
            <tr key={claim.id} data-claim={claim.id} data-state={claim.state}>
              <th scope="row">
                {claim.state === 'redeemed' ? (
                  <Link to="/devices/$id" params={{ id: claim.device }}>
                    {claim.device}
                  </Link>
                ) : (
                  claim.device
                )}
                {claim.devEui !== null && <small className="muted"> {claim.devEui}</small>}
              </th>
              <td>{t(`onboarding.claims.state.${claim.state}`)}</td>
              <td>{titleOf(kinds?.get(claim.kind)?.titles, claim.kind)}</td>
              <td>{titleOf(departments?.get(claim.department)?.titles, claim.department)}</td>
              <td>
                {claim.createdBy}{' '}
                <span className="muted">
                  <Age time={claim.createdAt} />
                </span>
              </td>
              <td>
                {claim.redeemedAt === null ? (
                  <Age time={claim.expiresAt} />
                ) : (
                  <>
                    {claim.redeemedBy}{' '}
                    <span className="muted">
                      <Age time={claim.redeemedAt} />
                    </span>
                  </>
                )}
              </td>
              <td className="row-actions">
                {claim.state === 'outstanding' && (
                  <button
                    type="button"
                    className="quiet"
                    aria-label={`${t('onboarding.claims.revoke')} ${claim.device}`}
                    onClick={() => revoke(claim)}
                  >
                    {t('onboarding.claims.revoke')}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
