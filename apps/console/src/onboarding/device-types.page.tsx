import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { deviceTypesQuery, type DeviceType } from '../api/device-types';
import { kindsQuery, sessionQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { mayActAs } from '../session/may';
import { Failure, Loading } from '../shell/states';
import { OnboardingFrame, PageIntro } from './onboarding-frame';
import { TypeUploadDialog } from './type-upload-dialog';

/** How the payloads of a product become metrics: the types of the release, and those that this city added. */
export function DeviceTypesPage() {
  const { t } = useLanguage();
  const may = useMayChangeTypes();
  const types = useQuery(deviceTypesQuery);
  const [adding, setAdding] = useState(false);
  return (
    <OnboardingFrame page="types">
      <PageIntro text={t('onboarding.types.intro')}>
        {may && (
          <button type="button" className="primary" onClick={() => setAdding(true)}>
            {t('onboarding.types.add')}
          </button>
        )}
      </PageIntro>
      {types.isPending && <Loading />}
      {types.isLoadingError && <Failure text="onboarding.failed" retry={() => void types.refetch()} />}
      {types.data && <TypeTable types={types.data} />}
      {adding && <TypeUploadDialog replaced={null} close={() => setAdding(false)} />}
    </OnboardingFrame>
  );
}

/** A type is used by all departments, and so must who changes one. */
export function useMayChangeTypes(): boolean {
  const session = useQuery(sessionQuery).data;
  return mayActAs(session, 'engineer') && session?.departments === null;
}

export function useTypeTitle(): (type: Pick<DeviceType, 'titles' | 'vendor' | 'model'>) => string {
  const { language } = useLanguage();
  return ({ titles, vendor, model }) => titles[language] ?? titles['en'] ?? `${vendor} ${model}`;
}

function TypeTable({ types }: { types: readonly DeviceType[] }) {
  const { t, titleOf } = useLanguage();
  const title = useTypeTitle();
  const kinds = useQuery(kindsQuery).data;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t('onboarding.tabs.types')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('onboarding.types.type')}</th>
            <th scope="col">{t('onboarding.types.product')}</th>
            <th scope="col">{t('devices.kind')}</th>
            <th scope="col">{t('onboarding.types.decoding')}</th>
            <th scope="col">{t('onboarding.types.origin')}</th>
          </tr>
        </thead>
        <tbody>
          {types.map((type) => (
            <tr key={type.id} data-type={type.id}>
              <th scope="row">
                <Link to="/onboarding/device-types/$id" params={{ id: type.id }}>
                  {title(type)}
                </Link>{' '}
                <small className="muted">{type.id}</small>
              </th>
              <td>
                {type.vendor} {type.model} <span className="muted">{type.version}</span>
              </td>
              <td>{titleOf(kinds?.get(type.kind)?.titles, type.kind)}</td>
              <td>
                {type.faults.length > 0 ? (
                  <span className="late">{t('onboarding.types.unusable')}</span>
                ) : (
                  t(type.decodesRaw ? 'onboarding.types.byScript' : 'onboarding.types.byNetwork')
                )}
              </td>
              <td>{t(type.builtIn ? 'onboarding.types.ofRelease' : 'onboarding.types.ofCity')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
