import { useQuery } from '@tanstack/react-query';
import { examplesQuery, type DeviceTypeDetail, type ExampleResult } from '../api/device-types';
import type { Kind } from '../api/types';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { useMay } from '../session/may';
import { Loading } from '../shell/states';
import { hexOf, readingsOf } from './mapping';
import { UplinkReadings } from './reading-values';

type Example = DeviceTypeDetail['examples'][number];

interface Shown {
  readonly type: DeviceTypeDetail;
  readonly kind: Kind | undefined;
}

/** The examples that came with a type, run by the platform just now for who may run them. */
export function TypeExamples({ type, kind }: Shown) {
  const { t } = useLanguage();
  const mayRun = useMay('engineer');
  if (type.examples.length === 0) return <p>{t('onboarding.types.noExamples')}</p>;
  if (type.script === null) return <p>{t('onboarding.types.noScript')}</p>;
  if (mayRun) return <ExamplesRun type={type} kind={kind} />;
  return (
    <ul className="examples">
      {type.examples.map((example, index) => (
        <li key={index}>
          <p lang="en">{example.description}</p>
          <Payload example={example} kind={kind} />
        </li>
      ))}
    </ul>
  );
}

function ExamplesRun({ type, kind }: Shown) {
  const { t } = useLanguage();
  const results = useQuery(examplesQuery(type.id));
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
        {examples.map((result, index) => (
          <li key={index} data-passed={result.passed}>
            <Verdict result={result} />
            <Payload example={type.examples[index]} kind={kind} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Payload({ example, kind }: { example: Example | undefined; kind: Kind | undefined }) {
  const { t } = useLanguage();
  const input = example?.input;
  const readings = readingsOf(example);
  return (
    <>
      {input?.bytes !== undefined && (
        <p>
          <code>{hexOf(input.bytes)}</code>{' '}
          {input.fPort !== undefined && <span className="muted">{t('network.port', { port: input.fPort })}</span>}
        </p>
      )}
      {readings.length > 0 && <UplinkReadings kind={kind} readings={readings} />}
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
