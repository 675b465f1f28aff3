import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { kindsQuery, timelineQuery, useComment } from '../api/queries';
import type { Alarm } from '../api/types';
import { absoluteTime } from '../format/time';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Modal } from '../shell/modal';

/** The story of an alarm so far and what its rule advises; for who may, room for one more line. */
export function AlarmDialog({ alarm, mayComment, close }: { alarm: Alarm; mayComment: boolean; close: () => void }) {
  const { t, titleOf } = useLanguage();
  const advice = useQuery(kindsQuery)
    .data?.get(alarm.kind)
    ?.alarms.find(({ id }) => id === alarm.rule)?.advice;
  const heading = mayComment ? 'alarms.commentFor' : 'alarms.timelineOf';
  return (
    <Modal heading={t(heading, { title: titleOf(alarm.titles), device: alarm.device })} close={close}>
      {advice && (
        <p>
          <b>{t('alarms.advice')}</b> {titleOf(advice)}
        </p>
      )}
      <Timeline alarm={alarm.id} />
      {mayComment ? (
        <CommentForm alarm={alarm.id} close={close} />
      ) : (
        <div className="dialog-end">
          <button type="button" onClick={close} autoFocus>
            {t('quarantine.close')}
          </button>
        </div>
      )}
    </Modal>
  );
}

function Timeline({ alarm }: { alarm: string }) {
  const { t, language } = useLanguage();
  const timeline = useQuery(timelineQuery(alarm)).data?.timeline ?? [];
  if (timeline.length === 0) return null;
  return (
    <ol className="timeline" aria-label={t('alarms.timeline')} tabIndex={0}>
      {timeline.map((entry) => (
        <li key={entry.id}>
          <b>{t(`alarms.${entry.type}` as 'alarms.raised')}</b>{' '}
          <time dateTime={entry.at}>{absoluteTime(entry.at, language)}</time>{' '}
          {t('alarms.by', { actor: entry.actor === 'system' ? t('alarms.system') : entry.actor })}
          {entry.reason !== null && entry.type !== 'raised' && entry.type !== 'cleared' && <q>{entry.reason}</q>}
        </li>
      ))}
    </ol>
  );
}

function CommentForm({ alarm, close }: { alarm: string; close: () => void }) {
  const { t } = useLanguage();
  const comment = useComment();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('text')).trim();
    if (text !== '') comment.mutate({ alarm, text }, { onSuccess: close });
  };
  return (
    <form onSubmit={submit}>
      <label>
        {t('alarms.commentText')}
        <textarea name="text" rows={3} maxLength={2000} required autoFocus />
      </label>
      {comment.error && <FaultText error={comment.error} />}
      <div className="dialog-end">
        <button type="button" className="quiet" onClick={close}>
          {t('alarms.cancel')}
        </button>
        <button type="submit" className="primary" disabled={comment.isPending}>
          {t('alarms.save')}
        </button>
      </div>
    </form>
  );
}
