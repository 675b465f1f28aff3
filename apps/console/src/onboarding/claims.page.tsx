import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { claimsQuery, useRevokeClaim, type Claim } from '../api/claims';
import { useLanguage } from '../i18n';
import { useMay } from '../session/may';
import { Confirmation } from '../shell/modal';
import { Failure, Loading } from '../shell/states';
import { ClaimTable } from './claim-table';
import { OnboardingFrame, PageIntro } from './onboarding-frame';
import { PrepareDialog } from './prepare-dialog';
import { RedeemDialog } from './redeem-dialog';

type Open = { readonly what: 'prepare' | 'redeem' } | { readonly what: 'revoke'; readonly claim: Claim };

/** Devices that are prepared in an office and registered in the street, by whoever has their code. */
export function ClaimsPage() {
  const { t } = useLanguage();
  const engineer = useMay('engineer');
  const operator = useMay('operator');
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  return (
    <OnboardingFrame page="claims">
      <PageIntro text={t('onboarding.claims.intro')}>
        {engineer && (
          <button type="button" className="primary" onClick={() => setOpen({ what: 'prepare' })}>
            {t('onboarding.claims.prepare')}
          </button>
        )}
        {operator && (
          <button
            type="button"
            className={engineer ? undefined : 'primary'}
            onClick={() => setOpen({ what: 'redeem' })}
          >
            {t('onboarding.claims.redeem')}
          </button>
        )}
      </PageIntro>
      {engineer ? (
        <Claims revoke={(claim) => setOpen({ what: 'revoke', claim })} />
      ) : (
        <p className="state">
          {t(operator ? 'onboarding.claims.listNeedsEngineer' : 'onboarding.claims.needsOperator')}
        </p>
      )}
      {open?.what === 'prepare' && <PrepareDialog close={close} />}
      {open?.what === 'redeem' && <RedeemDialog close={close} />}
      {open?.what === 'revoke' && <Revoke claim={open.claim} close={close} />}
    </OnboardingFrame>
  );
}

function Claims({ revoke }: { revoke: (claim: Claim) => void }) {
  const { t } = useLanguage();
  const [outstanding, setOutstanding] = useState(true);
  const pages = useInfiniteQuery(claimsQuery(outstanding));
  const claims = pages.data?.pages.flatMap((page) => page.claims) ?? [];
  return (
    <>
      <div className="toolbar">
        <label className="check">
          <input type="checkbox" checked={!outstanding} onChange={(event) => setOutstanding(!event.target.checked)} />{' '}
          {t('onboarding.claims.showAll')}
        </label>
      </div>
      {pages.isPending && <Loading />}
      {pages.isLoadingError && <Failure text="onboarding.failed" retry={() => void pages.refetch()} />}
      {pages.data && claims.length === 0 && (
        <div className="state">
          <p>{t(outstanding ? 'onboarding.claims.none' : 'onboarding.claims.never')}</p>
          <p className="muted">{t('onboarding.claims.noneHint')}</p>
        </div>
      )}
      {claims.length > 0 && <ClaimTable claims={claims} revoke={revoke} />}
      {pages.hasNextPage && (
        <p className="more">
          <button type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {t('quality.more')}
          </button>
        </p>
      )}
    </>
  );
}

function Revoke({ claim, close }: { claim: Claim; close: () => void }) {
  const { t } = useLanguage();
  const revoke = useRevokeClaim();
  return (
    <Confirmation
      heading={t('onboarding.claims.revokeHeading', { device: claim.device })}
      consequence={t('onboarding.claims.revokeText')}
      action={t('onboarding.claims.revoke')}
      busy={revoke.isPending}
      error={revoke.error}
      confirm={() => revoke.mutate(claim.id, { onSuccess: close })}
      close={close}
    />
  );
}
