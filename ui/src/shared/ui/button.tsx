import clsx from 'clsx';
import { Check, Copy, type LucideIcon } from 'lucide-react';
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from '../clipboard';
import { useManaging } from '../managing';
import css from './button.module.css';
import { toast } from './toast';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'normal' | 'primary' | 'danger' | 'quiet' | 'link';
  small?: boolean;
  icon?: LucideIcon;
  manages?: boolean; // it changes something: not for a page that may only look
  children?: ReactNode;
}

export function Button({ look = 'normal', small, icon: Icon, manages, children, className, ...rest }: ButtonProps) {
  const { t } = useTranslation();
  const barred = !useManaging() && manages === true;
  return (
    <button
      type="button"
      {...rest}
      {...(barred && { disabled: true, title: t('shell.view_only') })}
      className={clsx(css.button, look !== 'normal' && css[look], small && css.small, !children && css.icon, className)}
    >
      {Icon && <Icon size={16} strokeWidth={1.75} aria-hidden />}
      {children}
    </button>
  );
}

export function IconButton({ label, ...rest }: ButtonProps & { label: string }) {
  return <Button look="quiet" {...rest} aria-label={label} title={label} />;
}

// Copies, and says so on itself: a toast would be far from the eye.
export function CopyButton({ text, label, children, ...rest }: ButtonProps & { text: string | (() => Promise<string>); label?: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const id = setTimeout(() => setDone(false), 1600);
    return () => clearTimeout(id);
  }, [done]);
  const copy = async () => {
    const ok = await copyText(typeof text === 'string' ? text : text());
    setDone(ok);
    if (!ok) toast({ tone: 'danger', text: t('copy.failed') });
  };
  const name = done ? t('copy.done') : (label ?? t('copy.action'));
  return (
    <Button look={children ? 'normal' : 'quiet'} {...rest} icon={done ? Check : Copy} onClick={copy} aria-label={children ? undefined : name} title={children ? undefined : name}>
      {children ? (done ? t('copy.done') : children) : undefined}
      <span className="visually-hidden" role="status">{done ? t('copy.done') : ''}</span>
    </Button>
  );
}
