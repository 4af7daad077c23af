// A panel beside the list: the list stays usable, Escape closes it, the focus goes in and comes back.
import { X } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './button';
import css from './drawer.module.css';

interface DrawerProps {
  title: ReactNode;
  sub?: ReactNode;
  actions?: ReactNode;
  tabs?: ReactNode;
  width?: number;
  onClose: () => void;
  children: ReactNode;
  focus?: string; // changes when another thing is shown: the heading is focused anew
}
export function Drawer({ title, sub, actions, tabs, width, onClose, children }: DrawerProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement;
    if (!(opener instanceof HTMLElement && opener.closest('[role=grid]'))) heading.current?.focus({ preventScroll: true });
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      event.preventDefault();
      onClose();
    }
  };
  return (
    <aside className={css.drawer} aria-labelledby={id} style={width ? ({ '--width': `${width}px` } as CSSProperties) : undefined} onKeyDown={pressed}>
      <div className={css.head}>
        <div className={css.title}>
          <h2 id={id} ref={heading} tabIndex={-1}>{title}</h2>
          {sub && <div>{sub}</div>}
        </div>
        {actions}
        <IconButton icon={X} label={t('action.close')} onClick={onClose} />
      </div>
      {tabs && <div className={css.tabs}>{tabs}</div>}
      <div className={css.body} tabIndex={0} role="group" aria-labelledby={id}>{children}</div>
    </aside>
  );
}
