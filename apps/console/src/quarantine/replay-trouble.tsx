import { useRetryReplay, type Replay } from '../api/dead-letters';
import { useLanguage } from '../i18n';
import { useMay } from '../session/may';

const KNOWN = {
  'store-unavailable': 'store',
  'registry-unavailable': 'registry',
  'journal-unwritable': 'journal',
  'journal-full': 'journal',
} as const satisfies Record<string, string>;

/** Why a replay failed, or waits before it tries again; a failed one can be told to go on. */
export function ReplayTrouble({ replay }: { replay: Replay }) {
  const { t } = useLanguage();
  const retry = useRetryReplay();
  const may = useMay('engineer');
  if (replay.trouble === null) return null;
  const failed = replay.state === 'failed';
  const what = KNOWN[replay.trouble.code as keyof typeof KNOWN] ?? 'other';
  return (
    <div className="replay-end" data-trouble={replay.trouble.code}>
      <span>
        {t(`quarantine.trouble.${what}`)} {t(failed ? 'quarantine.trouble.stays' : 'quarantine.trouble.passes')}
      </span>
      {failed && (
        <button
          type="button"
          disabled={!may || retry.isPending}
          title={may ? undefined : t('quarantine.needsEngineer')}
          onClick={() => retry.mutate(replay.id)}
        >
          {t('quarantine.retryReplay')}
        </button>
      )}
    </div>
  );
}
