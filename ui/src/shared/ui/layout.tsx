import clsx from 'clsx';
import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client';
import { useTitle } from '../hooks';
import { Button, CopyButton } from './button';
import css from './layout.module.css';

export type Tone = 'ok' | 'warn' | 'danger' | 'info' | 'block' | 'idle';
export { css as layout };

// One h1 a page; it takes the focus when the page changes, so that a screen reader says where one is.
export function Page({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) {
  useTitle(title);
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className={css.page} data-wide={wide || undefined}>
      <h1 ref={ref} tabIndex={-1} className="visually-hidden">{title}</h1>
      {children}
    </div>
  );
}

export function Card({ title, actions, children, flush, id }: { title?: ReactNode; actions?: ReactNode; children: ReactNode; flush?: boolean; id?: string }) {
  return (
    <section className={css.card} id={id}>
      {title && (
        <div className={css.cardHead}>
          <h2>{title}</h2>
          {actions && <div className={css.cardActions}>{actions}</div>}
        </div>
      )}
      <div className={clsx(css.cardBody, flush && css.flush)}>{children}</div>
    </section>
  );
}

export function Row({ children }: { children: ReactNode }) {
  return <div className={css.row}>{children}</div>;
}

export function Empty({ icon: Icon, title, children, actions }: { icon?: LucideIcon; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={css.empty}>
      {Icon && <Icon size={32} strokeWidth={1.25} aria-hidden />}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div className={css.row}>{actions}</div>}
    </div>
  );
}

const noteIcons = { info: Info, ok: CircleCheck, warn: TriangleAlert, danger: CircleAlert, idle: Info };
export function Note({ tone = 'info', children, actions, role }: { tone?: keyof typeof noteIcons; children: ReactNode; actions?: ReactNode; role?: string }) {
  const Icon = noteIcons[tone];
  return (
    <div className={css.note} data-tone={tone} role={role}>
      <Icon size={16} aria-hidden />
      <div>
        {children}
        {actions && <div className={css.actions}>{actions}</div>}
      </div>
    </div>
  );
}

export function Chip({ tone, icon: Icon, children, title }: { tone: Tone; icon?: LucideIcon | undefined; children: ReactNode; title?: string | undefined }) {
  return (
    <span className={css.chip} data-tone={tone} title={title}>
      {Icon && <Icon size={13} strokeWidth={2} aria-hidden />}
      <span className="cut">{children}</span>
    </span>
  );
}

// The shape of what will come, and only if it takes a while.
export function Skeleton({ rows = 3, height = 40 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const id = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(id);
  }, []);
  return (
    <div role="status" aria-label={t('state.loading')} style={{ display: 'grid', gap: 8, visibility: late ? 'visible' : 'hidden' }}>
      {Array.from({ length: rows }, (_, i) => <div key={i} className={css.skeleton} style={{ blockSize: height }} />)}
    </div>
  );
}

export function useErrorText(): (error: unknown) => { text: string; remedy: string } {
  const { t, i18n } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiError)) return { text: error instanceof Error ? error.message : String(error), remedy: '' };
    if (error.status === 0) return { text: t('error.offline'), remedy: t('error.offline_remedy') };
    const key = `code.${error.code}.remedy`;
    return { text: error.message, remedy: i18n.exists(key) ? t(key) : (error.wire.remedy ?? '') };
  };
}

// What failed, its code, and a way to try again; data that is there stays visible around it.
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const { text, remedy } = useErrorText()(error);
  const code = error instanceof ApiError ? error.code : 'internal';
  return (
    <Note
      tone="danger"
      role="alert"
      actions={
        <>
          {retry && <Button small onClick={retry}>{t('action.retry')}</Button>}
          <CopyButton small text={`${code}: ${text}`}>{t('action.copy_details')}</CopyButton>
        </>
      }
    >
      <strong>{text}</strong> {remedy} <span className="mono">({code})</span>
    </Note>
  );
}

export function Facts({ items }: { items: [string, ReactNode][] }) {
  return (
    <dl className={css.facts}>
      {items.filter(([, value]) => value !== undefined && value !== null && value !== false && value !== '').map(([name, value]) => (
        <FactRow key={name} name={name} value={value} />
      ))}
    </dl>
  );
}
function FactRow({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

// What belongs to a person (labels, addresses): one switch blurs it all for screenshots.
export function Identity({ children, className }: { children: ReactNode; className?: string | undefined }) {
  return <span className={clsx(css.identity, className)}>{children}</span>;
}
