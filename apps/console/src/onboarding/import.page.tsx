import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isMissing } from '../api/client';
import { importQuery, useFollowImport, useStartImport } from '../api/imports';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { useMay } from '../session/may';
import { ImportDone } from './import-done';
import { ImportFile } from './import-file';
import { ImportProgress, ImportReport } from './import-report';
import { OnboardingFrame, PageIntro } from './onboarding-frame';

const route = getRouteApi('/onboarding/import');

interface ChosenFile {
  readonly name: string;
  readonly csv: string;
}

/** A CSV file of devices: checked first, which changes nothing, then registered. */
export function ImportPage() {
  const { t } = useLanguage();
  const may = useMay('engineer');
  return (
    <OnboardingFrame page="import">
      <PageIntro text={t('onboarding.import.intro')} />
      {may ? <Import /> : <p className="state">{t('onboarding.needsEngineer')}</p>}
    </OnboardingFrame>
  );
}

function Import() {
  const { t } = useLanguage();
  const { job: registering } = route.useSearch();
  const navigate = useNavigate();
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [checking, setChecking] = useState<string | null>(null);
  const start = useStartImport();
  const followed = registering ?? checking;
  const job = useQuery({ ...importQuery(followed ?? ''), enabled: followed !== null });
  const check = useQuery({ ...importQuery(checking ?? ''), enabled: checking !== null }).data;
  useFollowImport(followed === null ? undefined : job.data);

  const show = (id: string | undefined): void =>
    void navigate({ to: '/onboarding/import', search: id === undefined ? {} : { job: id } });
  const choose = (chosen: ChosenFile): void => {
    setFile(chosen);
    setChecking(null);
    if (registering !== undefined) show(undefined);
    start.mutate({ csv: chosen.csv, dryRun: true }, { onSuccess: ({ id }) => setChecking(id) });
  };
  const register = (): void => start.mutate({ csv: file!.csv, dryRun: false }, { onSuccess: ({ id }) => show(id) });

  const shown = followed === null ? undefined : job.data;
  return (
    <div className="import" data-state={shown?.state ?? 'none'} data-dry-run={shown?.dryRun}>
      {(shown === undefined || shown.endedAt !== null) && (
        <ImportFile chosen={file?.name ?? null} busy={start.isPending} choose={choose} />
      )}
      {start.error && <FaultText error={start.error} />}
      {followed !== null && isMissing(job.error) && (
        <div className="state" role="alert">
          <p>{t('onboarding.import.gone')}</p>
        </div>
      )}
      {shown && shown.endedAt === null && (
        <ImportProgress job={shown} sound={shown.dryRun ? null : (check?.valid ?? null)} />
      )}
      {shown && shown.endedAt !== null && !shown.dryRun && <ImportDone job={shown} />}
      {shown && shown.endedAt !== null && (
        <ImportReport job={shown} register={shown.dryRun && file !== null ? register : null} busy={start.isPending} />
      )}
    </div>
  );
}
