import { Check, type LucideIcon } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button, type ButtonProps } from './button';
import css from './menu.module.css';

export interface MenuItem {
  label: string;
  icon?: LucideIcon;
  danger?: boolean;
  disabled?: boolean;
  checked?: boolean;
  separated?: boolean;
  run: () => void;
}

// The button and its menu. The list is in the top layer (popover), so that no table cuts it.
export function Menu({ label, items, children, ...rest }: ButtonProps & { label: string; items: MenuItem[]; children?: ReactNode }) {
  const [open, setOpen] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLSpanElement>(null);
  const id = useId();
  useEffect(() => {
    const menu = list.current;
    const anchor = button.current?.getBoundingClientRect();
    if (!open || !menu || !anchor) return undefined;
    menu.showPopover();
    const box = menu.getBoundingClientRect();
    const left = Math.max(8, Math.min(anchor.right - box.width, window.innerWidth - box.width - 8));
    const below = anchor.bottom + 4 + box.height < window.innerHeight;
    menu.style.left = `${anchor.left + box.width < window.innerWidth - 8 && anchor.left < window.innerWidth / 2 ? anchor.left : left}px`;
    menu.style.top = `${below ? anchor.bottom + 4 : Math.max(8, anchor.top - 4 - box.height)}px`;
    menu.querySelector<HTMLElement>('[role^=menuitem]:not(:disabled)')?.focus();
    const away = (event: Event) => {
      if (event instanceof PointerEvent && event.target instanceof Node && (menu.contains(event.target) || button.current?.contains(event.target))) return;
      setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    window.addEventListener('resize', away);
    return () => {
      document.removeEventListener('pointerdown', away);
      window.removeEventListener('resize', away);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.querySelector('button')?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      close();
      return;
    }
    const all = [...(list.current?.querySelectorAll<HTMLElement>('[role^=menuitem]:not(:disabled)') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  return (
    <span ref={button} className={css.wrap}>
      <Button {...rest} aria-label={children ? undefined : label} title={children ? undefined : label} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        {children}
      </Button>
      {open && (
        <div ref={list} id={id} role="menu" aria-label={label} popover="manual" className={css.menu} onKeyDown={pressed}>
          {items.map((one) => (
            <MenuRow key={one.label} item={one} close={close} />
          ))}
        </div>
      )}
    </span>
  );
}

function MenuRow({ item, close }: { item: MenuItem; close: () => void }) {
  const Icon = item.checked === undefined ? item.icon : item.checked ? Check : undefined;
  return (
    <>
      {item.separated && <hr />}
      <button
        type="button"
        role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
        aria-checked={item.checked}
        tabIndex={-1}
        disabled={item.disabled}
        className={item.danger ? css.danger : undefined}
        onClick={() => {
          close();
          item.run();
        }}
      >
        {Icon ? <Icon size={16} strokeWidth={1.75} aria-hidden /> : <span style={{ inlineSize: 16 }} />}
        {item.label}
      </button>
    </>
  );
}
