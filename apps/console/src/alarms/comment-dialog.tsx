import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, type FormEvent } from 'react';
import { kindsQuery, timelineQuery, useComment } from '../api/queries';
import type { Alarm } from '../api/types';
import { useLanguage } from '../i18n';
import { FaultText } from '../problems/fault';
import { Age, useNow } from '../shell/states';

/** The story of an alarm so far, what its rule advises, and room for one more line. */
export function CommentDialog({ alarm, close }: { alarm: Alarm; close: () => void }) {
  const { t, titleOf } = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  const comment = useComment();
  const now = useNow();
  const timeline = useQuery(timelineQuery(alarm.id)).data?.timeline ?? [];
  const advice = useQuery(kindsQuery)
    .data?.get(alarm.kind)
    ?.alarms.find(({ id }) => id === alarm.rule)?.advice;

  useEffect(() => dialog.current?.showModal(), []);

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('text')).trim();
    if (text !== '') comment.mutate({ alarm: alarm.id, text }, { onSuccess: close });
  };

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="comment-heading">
      <form onSubmit={submit}>
        <h2 id="comment-heading">{t('alarms.commentFor', { title: titleOf(alarm.titles), device: alarm.device })}</h2>
        {advice && (
          <p>
            <b>{t('alarms.advice')}</b> {titleOf(advice)}
          </p>
        )}
        {timeline.length > 0 && (
          <ol className="timeline" aria-label={t('alarms.timeline')}>
            {timeline.map((entry) => (
              <li key={entry.id}>
                <b>{t(`alarms.${entry.type}` as 'alarms.raised')}</b> <Age time={entry.at} now={now} />{' '}
                {t('alarms.by', { actor: entry.actor === 'system' ? t('alarms.system') : entry.actor })}
                {entry.reason !== null && entry.type !== 'raised' && entry.type !== 'cleared' && <q>{entry.reason}</q>}
              </li>
            ))}
          </ol>
        )}
        <label>
          {t('alarms.commentText')}
          <textarea name="text" rows={3} maxLength={2000} required autoFocus />
        </label>
        {comment.error && <FaultText error={comment.error} />}
        <div className="dialog-end">
          <button type="button" className="quiet" onClick={() => dialog.current?.close()}>
            {t('alarms.cancel')}
          </button>
          <button type="submit" className="primary" disabled={comment.isPending}>
            {t('alarms.save')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
