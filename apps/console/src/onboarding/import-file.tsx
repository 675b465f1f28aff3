import { useQuery } from '@tanstack/react-query';
import { useState, type DragEvent } from 'react';
import { useTemplate } from '../api/imports';
import { kindsQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { download } from '../shell/secrets';

interface ImportFileProps {
  readonly chosen: string | null;
  readonly busy: boolean;
  choose(file: { name: string; csv: string }): void;
}

/** Where a file is chosen or dropped, and where a first one comes from. */
export function ImportFile({ chosen, busy, choose }: ImportFileProps) {
  const { t } = useLanguage();
  const [over, setOver] = useState(false);
  const read = async (file: File | undefined): Promise<void> => {
    if (file) choose({ name: file.name, csv: await file.text() });
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer.files[0]);
  };
  return (
    <div className="import-start">
      <div
        className="drop card"
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <label className="file">
          <span>{t(chosen === null ? 'onboarding.import.choose' : 'onboarding.import.chooseAgain')}</span>
          <input
            type="file"
            accept=".csv,text/csv"
            disabled={busy}
            onChange={(event) => {
              const input = event.target;
              // The same file, corrected, has to be taken for a new choice.
              void read(input.files?.[0]).then(() => (input.value = ''));
            }}
          />
        </label>
        <p className="muted">
          {chosen === null ? t('onboarding.import.drop') : t('onboarding.import.chosen', { name: chosen })}
        </p>
      </div>
      {chosen === null && <Template />}
    </div>
  );
}

function Template() {
  const { t, titleOf } = useLanguage();
  const kinds = [...(useQuery(kindsQuery).data?.values() ?? [])].filter(({ companion }) => companion !== true);
  const [kind, setKind] = useState('');
  const template = useTemplate();
  const fetchTemplate = (): void =>
    template.mutate(kind, {
      onSuccess: ({ csvHeader, csvRow }) => download(`${kind}.csv`, `${csvHeader}\r\n${csvRow}\r\n`),
    });
  return (
    <div className="card template">
      <p>{t('onboarding.import.template')}</p>
      <p className="template-choice">
        <select aria-label={t('devices.kind')} value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">{t('quarantine.choose')}</option>
          {kinds.map(({ name, titles }) => (
            <option key={name} value={name}>
              {titleOf(titles, name)}
            </option>
          ))}
        </select>{' '}
        <button type="button" disabled={kind === '' || template.isPending} onClick={fetchTemplate}>
          {t('onboarding.import.getTemplate')}
        </button>
      </p>
      {template.error && <FaultText error={template.error} />}
      <p className="muted">{t('onboarding.import.columns')}</p>
    </div>
  );
}
