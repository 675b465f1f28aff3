import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCheckType, useSaveType, type DeviceTypeUpload } from '../api/device-types';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Modal } from '../shell/modal';
import { Verdict } from './type-examples';
import { readTypeFiles } from './type-files';

/** Adds a device type, or replaces one: its files are checked and its examples run before anything is kept. */
export function TypeUploadDialog({ replaced, close }: { replaced: string | null; close: () => void }) {
  const { t } = useLanguage();
  const navigate = useNavigate();
  const [type, setType] = useState<DeviceTypeUpload | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const check = useCheckType();
  const save = useSaveType(replaced);
  const choose = async (files: FileList | null): Promise<void> => {
    const named = await Promise.all(
      [...(files ?? [])].map(async (file) => ({ name: file.name, text: await file.text() })),
    );
    if (named.length === 0) return;
    const read = readTypeFiles(named);
    check.reset();
    save.reset();
    setType('type' in read ? read.type : null);
    setFault('notJson' in read ? t('onboarding.types.notJson', { name: read.notJson }) : 'missing' in read ? t('onboarding.types.missing') : null); // prettier-ignore
    if ('type' in read) check.mutate(read.type);
  };
  const keep = (): void =>
    save.mutate(type!, {
      onSuccess: ({ id }) => {
        close();
        void navigate({ to: '/onboarding/device-types/$id', params: { id } });
      },
    });
  const results = check.data;
  return (
    <Modal
      heading={t(replaced === null ? 'onboarding.types.add' : 'onboarding.types.replaceHeading', {
        id: replaced ?? '',
      })}
      wide
      close={close}
    >
      <div className="adopted">
        <p>{t('onboarding.types.files')}</p>
        <label className="file">
          <span>{t('onboarding.types.chooseFiles')}</span>
          <input
            type="file"
            multiple
            accept=".json,.js"
            onChange={(event) => {
              const input = event.target;
              void choose(input.files).then(() => (input.value = ''));
            }}
          />
        </label>
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        {check.error && <FaultText error={check.error} />}
        {results && (
          <div role="status">
            <p>
              {results.examples.length === 0
                ? t('onboarding.types.noExamples')
                : results.failed === 0
                  ? t('onboarding.types.allPass', { count: results.passed })
                  : t('onboarding.types.someFail', { count: results.failed })}
            </p>
            <ul className="examples">
              {results.examples.map((result, index) => (
                <li key={index} data-passed={result.passed}>
                  <Verdict result={result} />
                </li>
              ))}
            </ul>
          </div>
        )}
        {replaced !== null && results?.failed === 0 && <p>{t('onboarding.types.replaceText')}</p>}
        {save.error && <FaultText error={save.error} />}
        <div className="dialog-end">
          <button type="button" className="quiet" onClick={close}>
            {t('alarms.cancel')}
          </button>
          <button type="button" className="primary" disabled={results?.failed !== 0 || save.isPending} onClick={keep}>
            {t(replaced === null ? 'onboarding.types.save' : 'onboarding.types.replace')}
          </button>
        </div>
      </div>
    </Modal>
  );
}
