// The browser's own <dialog>: it keeps the focus inside, gives it back, makes the rest inert, and needs no library and no
// injected style.
import { X } from 'lucide-react';
import { type CSSProperties, type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from './button';
import css from './dialog.module.css';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  foot?: ReactNode;
  width?: number;
  onSubmit?: () => void;
}

export function Dialog({ title, onClose, children, foot, width, onSubmit }: DialogProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  const settled = useRef(false);
  useEffect(() => {
    const opener = document.activeElement;
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  // What a dialog loads comes later: as long as nobody has moved, the focus goes on to what is asked.
  useEffect(() => {
    const dialog = ref.current;
    const at = document.activeElement;
    if (!dialog || settled.current || (at !== dialog && !at?.hasAttribute('data-dialog-close'))) return;
    const wanted = dialog.querySelector<HTMLElement>('[data-autofocus]') ?? dialog.querySelector<HTMLElement>('[data-dialog-body] :is(input, select, textarea):not([type=radio], [type=checkbox], :disabled)');
    wanted?.focus();
    settled.current = wanted !== null;
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  const content = (
    <>
      <div className={css.head}>
        <h2 id={id}>{title}</h2>
        <IconButton icon={X} label={t('action.close')} data-dialog-close onClick={onClose} />
      </div>
      <div className={css.body} data-dialog-body>{children}</div>
      {foot && <div className={css.foot}>{foot}</div>}
    </>
  );
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      className={css.dialog}
      style={width ? ({ '--width': `${width}px` } as CSSProperties) : undefined}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      {onSubmit ? <form noValidate onSubmit={submit} style={{ display: 'contents' }}>{content}</form> : content}
    </dialog>
  );
}

// A dialog that is one form: its action, and Cancel beside it.
export function FormDialog({ action, pending, back, ...rest }: Omit<DialogProps, 'foot'> & { action: string; pending: boolean; back?: ReactNode; onSubmit: () => void }) {
  const { t } = useTranslation();
  const foot = (
    <>
      {back}
      <Button onClick={rest.onClose}>{t('action.cancel')}</Button>
      <Button type="submit" look="primary" disabled={pending}>{action}</Button>
    </>
  );
  return <Dialog {...rest} foot={foot} />;
}

interface ConfirmProps {
  title: string;
  children: ReactNode;
  action: string;
  onConfirm: () => Promise<unknown> | void;
  onClose: () => void;
}
// For what cannot be undone: it names the object, and the focus is on Cancel.
export function Confirm({ title, children, action, onConfirm, onClose }: ConfirmProps) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState('');
  const run = async () => {
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      width={440}
      foot={
        <>
          <Button data-autofocus onClick={onClose}>{t('action.cancel')}</Button>
          <Button look="danger" onClick={run}>{action}</Button>
        </>
      }
    >
      <div>{children}</div>
      {problem && <p role="alert" style={{ color: 'var(--danger-text)' }}>{problem}</p>}
    </Dialog>
  );
}
