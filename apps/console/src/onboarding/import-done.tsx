import { useBlocker } from '@tanstack/react-router';
import { useTakeKeys, type ImportJob } from '../api/imports';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Confirmation } from '../shell/modal';
import { download } from '../shell/secrets';

/** What an import registered. The keys of the devices are fetched here, once; leaving without them asks first. */
export function ImportDone({ job }: { job: ImportJob }) {
  const { t } = useLanguage();
  const keys = useTakeKeys();
  const waiting = job.keys === 'ready';
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => waiting && current.pathname !== next.pathname,
    enableBeforeUnload: waiting,
    withResolver: true,
  });
  return (
    <section className="card import-done" aria-labelledby="done-heading" data-keys={job.keys}>
      <h2 id="done-heading" role="status">
        {t('onboarding.import.done', { count: job.created })}
      </h2>
      {waiting && (
        <div className="import-next">
          <p>{t('onboarding.import.keysOnce')}</p>
          <button
            type="button"
            className="primary"
            disabled={keys.isPending}
            onClick={() => keys.mutate(job.id, { onSuccess: (csv) => download('keys.csv', csv) })}
          >
            {t('onboarding.import.getKeys')}
          </button>
        </div>
      )}
      {job.keys === 'taken' && <p>{t('onboarding.import.keysTaken')}</p>}
      {keys.error && <FaultText error={keys.error} />}
      {leaving.status === 'blocked' && (
        <Confirmation
          heading={t('onboarding.import.leave')}
          consequence={t('onboarding.import.leaveText')}
          action={t('onboarding.import.leaveAnyway')}
          busy={false}
          error={null}
          confirm={leaving.proceed}
          close={leaving.reset}
        />
      )}
    </section>
  );
}
