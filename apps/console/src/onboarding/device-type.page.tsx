import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { deviceTypeQuery, useRemoveType, type DeviceTypeDetail } from '../api/device-types';
import { isMissing } from '../api/client';
import { kindsQuery } from '../api/queries';
import { shownDuration } from '../format/time';
import { useLanguage } from '../i18n';
import { useMay } from '../session/may';
import { Confirmation } from '../shell/modal';
import { usePageTitle } from '../shell/page-title';
import { Failure, Loading, Missing } from '../shell/states';
import { useMayChangeTypes, useTypeTitle } from './device-types.page';
import { MappingTable } from './mapping-table';
import { TryPayload } from './try-payload';
import { TypeExamples } from './type-examples';
import { TypeUploadDialog } from './type-upload-dialog';

const route = getRouteApi('/onboarding/device-types/$id');

/** One device type: what becomes of a payload, and the proof of it. */
export function DeviceTypePage() {
  const { id } = route.useParams();
  const type = useQuery(deviceTypeQuery(id));
  if (type.isPending) return <Loading />;
  if (type.isLoadingError)
    return isMissing(type.error) ? (
      <Missing text="onboarding.types.notFound" values={{ id }} />
    ) : (
      <Failure text="onboarding.failed" retry={() => void type.refetch()} />
    );
  return <Detail type={type.data} />;
}

function Detail({ type }: { type: DeviceTypeDetail }) {
  const { t, titleOf, language } = useLanguage();
  const title = useTypeTitle();
  const kind = useQuery(kindsQuery).data?.get(type.kind);
  const { ports, intervalMs } = type.definition;
  const mayRun = useMay('engineer');
  usePageTitle(title(type), t('onboarding.tabs.types'));
  return (
    <main className="device type" id="main" tabIndex={-1}>
      <div className="device-head">
        <Link to="/onboarding/device-types" className="back">
          ← {t('onboarding.tabs.types')}
        </Link>
        <h1>
          {title(type)} <small>{type.id}</small>
        </h1>
        <p className="muted">
          {[
            `${type.vendor} ${type.model} ${type.version}`,
            titleOf(kind?.titles, type.kind),
            ...(ports === undefined ? [] : [t('network.port', { port: ports.join(', ') })]),
            ...(intervalMs === undefined
              ? []
              : [t('onboarding.types.every', { time: shownDuration(intervalMs, language) })]),
            `${t('onboarding.types.origin')} ${t(type.builtIn ? 'onboarding.types.ofRelease' : 'onboarding.types.ofCity')}`,
          ].join(' · ')}
        </p>
        {!type.builtIn && <Changes type={type} />}
        {type.faults.length > 0 && (
          <div className="fault-text" role="status">
            <p className="late">{t('onboarding.types.unusable')}</p>
            <ul>
              {type.faults.map(({ pointer, detail }) => (
                <li key={`${pointer} ${detail}`} lang="en">
                  <code>{pointer}</code> {detail}
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
      <div className="device-column">
        <section className="card" aria-labelledby="mapping-heading">
          <h2 id="mapping-heading">{t('onboarding.types.mapping')}</h2>
          <MappingTable definition={type.definition} kind={kind} />
        </section>
        {type.script !== null && (
          <section className="card" aria-labelledby="script-heading">
            <h2 id="script-heading">{t('onboarding.types.script')}</h2>
            <details>
              <summary>{t('onboarding.types.showScript', { count: type.script.split('\n').length })}</summary>
              <pre className="instructions" tabIndex={0} aria-label={t('onboarding.types.script')}>
                {type.script}
              </pre>
            </details>
          </section>
        )}
      </div>
      <div className="device-column">
        <section className="card" aria-labelledby="examples-heading">
          <h2 id="examples-heading">{t('onboarding.types.examples')}</h2>
          <TypeExamples type={type} kind={kind} />
        </section>
        {mayRun && type.script !== null && type.faults.length === 0 && (
          <section className="card" aria-labelledby="try-heading">
            <h2 id="try-heading">{t('onboarding.types.try')}</h2>
            <TryPayload id={type.id} kind={kind} ports={ports} />
          </section>
        )}
      </div>
    </main>
  );
}

function Changes({ type: { id } }: { type: DeviceTypeDetail }) {
  const { t } = useLanguage();
  const may = useMayChangeTypes();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'replace' | 'remove' | null>(null);
  const remove = useRemoveType();
  if (!may) return null;
  return (
    <div className="page-actions">
      <button type="button" onClick={() => setOpen('replace')}>
        {t('onboarding.types.replace')}
      </button>
      <button type="button" className="quiet" onClick={() => setOpen('remove')}>
        {t('onboarding.types.remove')}
      </button>
      {open === 'replace' && <TypeUploadDialog replaced={id} close={() => setOpen(null)} />}
      {open === 'remove' && (
        <Confirmation
          heading={t('onboarding.types.removeHeading', { id })}
          consequence={t('onboarding.types.removeText')}
          action={t('onboarding.types.remove')}
          busy={remove.isPending}
          error={remove.error}
          confirm={() => remove.mutate(id, { onSuccess: () => void navigate({ to: '/onboarding/device-types' }) })}
          close={() => setOpen(null)}
        />
      )}
    </div>
  );
}
