// The keyboard. Keys are matched by their place (event.code), so that J is J on a Russian layout too; nothing fires
// while somebody writes, or while an input method composes.
import { useEffect, useRef } from 'react';
import { preference } from './preferences';

export type Scope = 'everywhere' | 'list' | 'monitor' | 'drawer';
export interface Shortcut {
  id: string;
  scope: Scope;
  keys: string[]; // each: "Ctrl+KeyK", "KeyG KeyD" (one after the other), "Shift+Slash"
}

// The one registry: the sheet, aria-keyshortcuts and the handlers read it.
export const SHORTCUTS: Shortcut[] = [
  { id: 'palette', scope: 'everywhere', keys: ['Ctrl+KeyK'] },
  { id: 'filter', scope: 'everywhere', keys: ['Slash'] },
  { id: 'sheet', scope: 'everywhere', keys: ['Shift+Slash'] },
  { id: 'go.dashboard', scope: 'everywhere', keys: ['KeyG KeyD'] },
  { id: 'go.accounts', scope: 'everywhere', keys: ['KeyG KeyA'] },
  { id: 'go.proxy', scope: 'everywhere', keys: ['KeyG KeyP'] },
  { id: 'go.monitor', scope: 'everywhere', keys: ['KeyG KeyM'] },
  { id: 'go.stats', scope: 'everywhere', keys: ['KeyG KeyT'] },
  { id: 'go.settings', scope: 'everywhere', keys: ['KeyG KeyS', 'Ctrl+Comma'] },
  { id: 'theme', scope: 'everywhere', keys: ['Ctrl+Shift+KeyL'] },
  { id: 'identities', scope: 'everywhere', keys: ['Ctrl+Shift+KeyH'] },
  { id: 'proxy', scope: 'everywhere', keys: ['Ctrl+Period'] },
  { id: 'save', scope: 'everywhere', keys: ['Ctrl+KeyS'] },
  { id: 'next', scope: 'list', keys: ['KeyJ', 'ArrowDown'] },
  { id: 'previous', scope: 'list', keys: ['KeyK', 'ArrowUp'] },
  { id: 'open', scope: 'list', keys: ['Enter'] },
  { id: 'select', scope: 'list', keys: ['KeyX'] },
  { id: 'close', scope: 'list', keys: ['Escape'] },
  { id: 'move.up', scope: 'list', keys: ['Alt+ArrowUp'] },
  { id: 'move.down', scope: 'list', keys: ['Alt+ArrowDown'] },
  { id: 'follow', scope: 'monitor', keys: ['KeyF'] },
  { id: 'curl', scope: 'drawer', keys: ['KeyC'] },
  { id: 'link', scope: 'drawer', keys: ['Shift+KeyC'] },
  { id: 'explain', scope: 'drawer', keys: ['KeyE'] },
  { id: 'tab.previous', scope: 'drawer', keys: ['BracketLeft'] },
  { id: 'tab.next', scope: 'drawer', keys: ['BracketRight'] },
];

export interface KeyPress {
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

export function spelled(press: KeyPress): string {
  const parts: string[] = [];
  if (press.ctrlKey || press.metaKey) parts.push('Ctrl');
  if (press.altKey) parts.push('Alt');
  if (press.shiftKey) parts.push('Shift');
  parts.push(press.code);
  return parts.join('+');
}

// "KeyG KeyD" → "G D", for people.
export function shown(keys: string): string {
  const names: Record<string, string> = {
    Slash: '/', Comma: ',', Period: '.', BracketLeft: '[', BracketRight: ']', ArrowDown: '↓', ArrowUp: '↑', Escape: 'Esc',
  };
  return keys
    .replace('Shift+Slash', '?')
    .split(' ')
    .map((one) => one.split('+').map((part) => names[part] ?? part.replace(/^Key/, '')).join('+'))
    .join(' ');
}

export function aria(id: string): string | undefined {
  const keys = SHORTCUTS.find((one) => one.id === id)?.keys[0];
  if (!keys || keys.includes(' ')) return undefined;
  return shown(keys).replace('Ctrl', 'Control');
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

const CHORD_MS = 1200;
type Handlers = Partial<Record<string, (event: KeyboardEvent) => void>>;

// The registry's id that this press completes; `first` is the key before it, when it was recent.
export function matched(press: KeyPress, first: string, wanted: (id: string) => boolean): string | undefined {
  const now = spelled(press);
  const fits = (keys: string) => (keys.includes(' ') ? keys === `${first} ${now}` : keys === now && first === '');
  return (
    SHORTCUTS.find((one) => wanted(one.id) && one.keys.some((keys) => keys.includes(' ') && fits(keys))) ??
    SHORTCUTS.find((one) => wanted(one.id) && one.keys.some((keys) => !keys.includes(' ') && fits(keys)))
  )?.id;
}

const none = { keys: '', at: 0 };
let current = none; // this press, when a chord may begin with it
let before = none; // the press before

export function useShortcuts(handlers: Handlers, enabled = true): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    if (!enabled) return undefined;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.code === '') return;
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && (isWriting(event.target) || preference('singleKeys') === 'off') && event.code !== 'Escape') return;
      if (plain && document.querySelector('dialog[open]:not([data-shortcuts])')) return;
      const first = performance.now() - before.at < CHORD_MS ? before.keys : '';
      const id = matched(event, first, (one) => latest.current[one] !== undefined);
      if (!id) return;
      event.preventDefault();
      current = none;
      latest.current[id]?.(event);
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [enabled]);
}

// Registered before every other listener, so that each of them sees the key before this one.
export function rememberChords(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      before = current;
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
      const starts = plain && !isWriting(event.target) && preference('singleKeys') === 'on';
      const isFirst = starts && SHORTCUTS.some((one) => one.keys.some((keys) => keys.startsWith(`${event.code} `)));
      current = isFirst ? { keys: event.code, at: performance.now() } : none;
    },
    { capture: true },
  );
}
