import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { FaultText } from '../problems/fault';
import { useLanguage } from '../i18n';

/** A dialog in front of everything. `holds` keeps Escape from closing it: it shows something that cannot be shown again. */
export function Modal({
  heading,
  wide = false,
  holds = false,
  close,
  children,
}: {
  heading: string;
  wide?: boolean;
  holds?: boolean;
  close: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closing gives the focus back to where it was; a dialog that is only taken away leaves it nowhere.
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? 'modal adopt' : 'modal'}
      aria-labelledby={id}
      onClose={() => dialog.current?.open === false && close()}
      onCancel={(event) => holds && event.preventDefault()}
    >
      <h2 id={id}>{heading}</h2>
      {children}
    </dialog>
  );
}

/** Asks before something that cannot be taken back, and says what will happen. */
export function Confirmation({
  heading,
  consequence,
  action,
  busy,
  error,
  confirm,
  close,
  children,
}: {
  heading: string;
  consequence: string;
  /** What the button says: the verb, not "OK". */
  action: string;
  busy: boolean;
  error: Error | null;
  confirm: () => void;
  close: () => void;
  children?: ReactNode;
}) {
  const { t } = useLanguage();
  return (
    <Modal heading={heading} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        <p>{consequence}</p>
        {children}
        {error && <FaultText error={error} />}
        <div className="dialog-end">
          <button type="button" className="quiet" autoFocus={children === undefined} onClick={close}>
            {t('alarms.cancel')}
          </button>
          <button type="submit" className="danger" disabled={busy}>
            {action}
          </button>
        </div>
      </form>
    </Modal>
  );
}
