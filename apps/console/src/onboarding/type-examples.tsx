import { useQuery } from '@tanstack/react-query';
import { examplesQuery, type DeviceTypeDetail, type ExampleResult } from '../api/device-types';
import type { Kind } from '../api/types';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Loading } from '../shell/states';
import { hexOf } from './mapping';
import { ReadingValues } from './reading-values';

/** The examples that came with a type, run by the platform just now. */
export function TypeExamples({ type, kind }: { type: DeviceTypeDetail; kind: Kind | undefined }) {
  const { t } = useLanguage();
  const results = useQuery({ ...examplesQuery(type.id), enabled: type.script !== null && type.examples.length > 0 });
  if (type.examples.length === 0) return <p>{t('onboarding.types.noExamples')}</p>;
  if (type.script === null) return <p>{t('onboarding.types.noScript')}</p>;
  if (results.isPending) return <Loading />;
  if (results.isError) return <FaultText error={results.error} />;
  const { passed, failed, examples } = results.data;
  return (
    <>
      <p data-failed={failed}>
        {failed === 0 ? (
          t('onboarding.types.allPass', { count: passed })
        ) : (
          <span className="late">{t('onboarding.types.someFail', { count: failed })}</span>
        )}
      </p>
      <ul className="examples">
        {examples.map((result, index) => {
          const { input, reading } = type.examples[index] ?? {};
          return (
            <li key={index} data-passed={result.passed}>
              <Verdict result={result} />
              {input?.bytes !== undefined && (
                <p>
                  <code>{hexOf(input.bytes)}</code>{' '}
                  {input.fPort !== undefined && (
                    <span className="muted">{t('network.port', { port: input.fPort })}</span>
                  )}
                </p>
              )}
              {reading && <ReadingValues kind={kind} reading={reading} />}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** Whether an example passed, and otherwise what is different. */
export function Verdict({ result: { description, passed, differences } }: { result: ExampleResult }) {
  const { t } = useLanguage();
  return (
    <>
      <p>
        <b className={passed ? undefined : 'late'}>
          {t(passed ? 'onboarding.types.passes' : 'onboarding.types.fails')}
        </b>{' '}
        <span lang="en">{description}</span>
      </p>
      {differences.length > 0 && (
        <ul>
          {differences.map(({ path, expected, actual }) => (
            <li key={path}>
              <code>{path}</code> {t('quarantine.expected')} <code>{expected ?? '–'}</code>, {t('quarantine.actual')}{' '}
              <code>{actual ?? '–'}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
