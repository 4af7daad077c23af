import clsx from 'clsx';
import { X } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from './button';
import css from './toast.module.css';

export interface Toast {
  id: number;
  tone: 'ok' | 'info' | 'danger';
  text: string;
  action?: { label: string; run: () => void };
}

let shown: Toast[] = [];
let next = 1;
const watchers = new Set<() => void>();
const tell = () => {
  for (const watcher of watchers) watcher();
};

// Only for what came of the user's own action. Errors stay until they are closed.
export function toast(one: Omit<Toast, 'id'>): void {
  shown = [...shown.slice(-3), { ...one, id: next++ }];
  tell();
}
function close(id: number): void {
  shown = shown.filter((one) => one.id !== id);
  tell();
}

function Card({ one }: { one: Toast }) {
  const { t } = useTranslation();
  useEffect(() => {
    if (one.tone === 'danger') return undefined;
    const id = setTimeout(() => close(one.id), one.action ? 10_000 : 6_000);
    return () => clearTimeout(id);
  }, [one]);
  return (
    <li className={clsx(css.toast, css[one.tone])}>
      <span>{one.text}</span>
      {one.action && (
        <Button look="link" onClick={() => { one.action?.run(); close(one.id); }}>{one.action.label}</Button>
      )}
      <IconButton small icon={X} label={t('action.close')} onClick={() => close(one.id)} />
    </li>
  );
}

export function Toasts() {
  const { t } = useTranslation();
  const all = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => shown,
  );
  return (
    <div role="region" aria-label={t('toast.region')} aria-live="polite" className={css.region}>
      <ul>{all.map((one) => <Card key={one.id} one={one} />)}</ul>
    </div>
  );
}
