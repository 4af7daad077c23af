import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import css from './tabs.module.css';

export interface Tab {
  id: string;
  label: string;
  count?: number | undefined;
}

interface TabsProps {
  label: string;
  id: string;
  tabs: Tab[];
  value: string;
  onChange: (id: string) => void;
}
export function Tabs({ label, id, tabs, value, onChange }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const pressed = (event: KeyboardEvent) => {
    const at = tabs.findIndex((one) => one.id === value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div ref={list} role="tablist" aria-label={label} className={css.tabs} onKeyDown={pressed}>
      {tabs.map((one) => (
        <button key={one.id} type="button" role="tab" id={`${id}-tab-${one.id}`} data-tab={one.id} aria-selected={one.id === value} aria-controls={one.id === value ? `${id}-panel` : undefined} tabIndex={one.id === value ? 0 : -1} onClick={() => onChange(one.id)}>
          {one.label}
          {one.count !== undefined && <span className={css.count}>{one.count}</span>}
        </button>
      ))}
    </div>
  );
}

export function TabPanel({ id, value, children, className }: { id: string; value: string; children: ReactNode; className?: string | undefined }) {
  return (
    <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${value}`} tabIndex={-1} className={className}>
      {children}
    </div>
  );
}
