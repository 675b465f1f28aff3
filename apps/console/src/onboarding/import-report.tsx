import type { ImportFault, ImportJob } from '../api/imports';
import { shownNumber } from '../format/value';
import { useLanguage } from '../i18n';
import { textsOfCode } from '../problems/problem-texts';
import { CopyButton } from '../shell/secrets';
import { faultsAsTable, shareDone, tabSeparated } from './import-figures';

/** A file that is being read, or registered. */
export function ImportProgress({ job, sound }: { job: ImportJob; sound: number | null }) {
  const { t, language } = useLanguage();
  const share = shareDone(job, sound);
  const number = (value: number): string => shownNumber(value, 0, language);
  const label =
    job.state === 'registering'
      ? t('onboarding.import.registering', { count: job.created, created: number(job.created) })
      : t('onboarding.import.checking', { rows: number(job.checked) });
  return (
    <section className="card import-progress" aria-label={label}>
      <p role="status">{label}</p>
      <progress aria-label={label} {...(share === null ? {} : { value: share, max: 1 })} />
    </section>
  );
}

/** What is right and what is wrong with a file; after the check, the step to the devices. */
export function ImportReport({
  job,
  register,
  busy,
}: {
  job: ImportJob;
  /** Null when there is nothing to register any more, or no file. */
  register: (() => void) | null;
  busy: boolean;
}) {
  const { t, language } = useLanguage();
  const number = (value: number): string => shownNumber(value, 0, language);
  const figures = [
    ['rows', job.rows],
    ['valid', job.valid],
    ['faults', job.faultCount],
  ] as const;
  return (
    <section className="import-report" aria-labelledby="report-heading" data-faults={job.faultCount}>
      <div className="card">
        <h2 id="report-heading">{t(job.dryRun ? 'onboarding.import.checked' : 'onboarding.import.file')}</h2>
        {job.failure !== null && (
          <p className="fault" role="alert" lang="en">
            {job.failure}
          </p>
        )}
        <dl className="figures">
          {figures.map(([name, value]) => (
            <div key={name} data-figure={name} data-some={value > 0}>
              <dt>{t(`onboarding.import.${name}`)}</dt>
              <dd>{number(value)}</dd>
            </div>
          ))}
        </dl>
        {job.dryRun && <Next job={job} register={register} busy={busy} />}
      </div>
      {job.faults.length > 0 && <FaultTable job={job} />}
    </section>
  );
}

function Next({ job, register, busy }: { job: ImportJob; register: (() => void) | null; busy: boolean }) {
  const { t } = useLanguage();
  if (register === null) return <p>{t('onboarding.import.chooseToRegister')}</p>;
  if (job.valid === 0) return <p>{t(job.rows === 0 ? 'onboarding.import.empty' : 'onboarding.import.noneSound')}</p>;
  return (
    <div className="import-next">
      <p>{t(job.faultCount === 0 ? 'onboarding.import.allSound' : 'onboarding.import.someSound')}</p>
      <button type="button" className="primary" disabled={busy} onClick={register}>
        {t('onboarding.import.register', { count: job.valid })}
      </button>
    </div>
  );
}

function FaultTable({ job }: { job: ImportJob }) {
  const { t } = useLanguage();
  const more = job.faultCount - job.faults.length;
  const head = ['row', 'column', 'fault', 'found'] as const;
  const clipboard = (): string =>
    tabSeparated([[...head.slice(0, 2), 'code', 'detail', 'found'], ...faultsAsTable(job)]);
  return (
    <>
      <div className="faults-head">
        <h3>{t('onboarding.import.faultsHeading')}</h3>
        <CopyButton text={clipboard()} name={t('onboarding.import.faultsHeading')} />
      </div>
      <div className="table-frame" tabIndex={0} role="region" aria-label={t('onboarding.import.faultsHeading')}>
        <table>
          <thead>
            <tr>
              {head.map((name) => (
                <th scope="col" key={name} className={name === 'row' ? 'number' : undefined}>
                  {t(`onboarding.import.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {job.faults.map((fault, index) => (
              <FaultRow key={index} fault={fault} />
            ))}
          </tbody>
        </table>
      </div>
      {more > 0 && <p className="muted hint">{t('onboarding.import.moreFaults', { count: more })}</p>}
    </>
  );
}

function FaultRow({ fault: { row, column, code, detail, actual } }: { fault: ImportFault }) {
  const { t, titleOf } = useLanguage();
  const texts = textsOfCode(code);
  return (
    <tr>
      <td className="number">{row}</td>
      <td>
        {column === null ? <span className="muted">{t('onboarding.import.wholeRow')}</span> : <code>{column}</code>}
      </td>
      <td>
        {texts && <b>{titleOf(texts.title)}</b>} <span lang="en">{detail}</span>
      </td>
      <td>{actual === null ? '–' : <code>{actual}</code>}</td>
    </tr>
  );
}
