import { useState } from 'react';
import { useLanguage } from '../i18n';

/** Something that is shown once and goes into another system: each part with a button that copies it. */
export function Secrets({ entries }: { entries: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className="secrets">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{value}</code> <CopyButton text={value} name={name} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function CopyButton({ text, name }: { text: string; name: string }) {
  const { t } = useLanguage();
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  const copy = async (): Promise<void> => {
    // Without TLS a browser gives no clipboard: the reader marks the text instead.
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    setState(copied === true ? 'copied' : 'failed');
  };
  const word = t(state === 'copied' ? 'onboarding.copied' : 'onboarding.copy');
  return (
    <>
      <button type="button" aria-label={`${word}: ${name}`} onClick={() => void copy()}>
        {word}
      </button>
      <span className="visually-hidden" role="status">
        {state === 'copied' ? t('onboarding.copied') : ''}
      </span>
      {state === 'failed' && <span className="muted"> {t('onboarding.copyFailed')}</span>}
    </>
  );
}

/** Saves a text as a file of the reader. */
export function download(name: string, text: string, type = 'text/csv'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
