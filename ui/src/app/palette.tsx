import { ArrowRight, Copy, Languages, type LucideIcon, Palette as Paint, Play, Plus, Settings, Users } from 'lucide-react';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useAccounts, useClients, useSettings, useStatus } from '../api/queries';
import { LANGUAGES, setLanguage } from '../i18n';
import { copyText } from '../shared/clipboard';
import { setPreference } from '../shared/preferences';
import { shown, SHORTCUTS } from '../shared/shortcuts';
import { Dialog } from '../shared/ui/dialog';
import { toast } from '../shared/ui/toast';
import css from './palette.module.css';
import { rank } from './rank';
import { PAGES } from './shell';
import { useProxySwitch } from './use-proxy-switch';

interface Item {
  id: string;
  kind: 'page' | 'action' | 'account' | 'setting' | 'request';
  label: string;
  english: string;
  icon: LucideIcon;
  keys?: string | undefined;
  run: () => void;
}

const marks: Record<string, Item['kind']> = { '>': 'action', '@': 'account', '/': 'setting', '#': 'request' };

function useItems(onSheet: () => void): Item[] {
  const { t, i18n } = useTranslation();
  const [, go] = useLocation();
  const accounts = useAccounts().data;
  const settings = useSettings().data;
  const clients = useClients().data;
  const status = useStatus().data;
  const proxy = useProxySwitch();
  return useMemo(() => {
    const english = i18n.getFixedT('en');
    const keysOf = (id: string) => {
      const keys = SHORTCUTS.find((one) => one.id === id)?.keys[0];
      return keys && shown(keys);
    };
    const action = (id: string, icon: LucideIcon, run: () => void, keys?: string): Item => ({ id, kind: 'action', label: t(`palette.${id}`), english: english(`palette.${id}`), icon, run, keys });
    const copy = async (address: string) => {
      const ok = await copyText(address);
      toast(ok ? { tone: 'ok', text: t('bar.copied', { address }) } : { tone: 'danger', text: t('copy.failed') });
    };
    const host = status?.proxy.address ?? '';
    return [
      ...PAGES.map(({ id, path, icon }): Item => ({ id: `page.${id}`, kind: 'page', label: t(`page.${id}`), english: english(`page.${id}`), icon, keys: keysOf(`go.${id}`), run: () => go(path) })),
      action('add_account', Plus, () => go('/accounts?add=kind')),
      action('proxy', Play, proxy.toggle, keysOf('proxy')),
      action('welcome', ArrowRight, () => go('/welcome')),
      action('tester', ArrowRight, () => go('/proxy/routing')),
      action('failures', ArrowRight, () => go('/monitor?q=is:failed')),
      action('theme', Paint, () => setPreference('theme', document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'), keysOf('theme')),
      action('sheet', ArrowRight, onSheet, keysOf('sheet')),
      action('copy_openai', Copy, () => void copy(`${host}/v1`)),
      action('copy_anthropic', Copy, () => void copy(host)),
      action('copy_gemini', Copy, () => void copy(host)),
      ...LANGUAGES.map(({ id, name }): Item => ({ id: `lang.${id}`, kind: 'action', label: name, english: `language ${id} ${name}`, icon: Languages, run: () => setLanguage(id) })),
      ...(clients ?? []).map((one): Item => ({ id: `client.${one.name}`, kind: 'action', label: t('palette.connect', { client: one.display_name }), english: `connect ${one.display_name}`, icon: ArrowRight, run: () => go(`/proxy/clients?client=${one.name}`) })),
      ...(accounts ?? []).map((one): Item => ({ id: one.id, kind: 'account', label: one.label, english: `${one.label} ${one.provider}`, icon: Users, run: () => go(`/accounts/${one.id}`) })),
      ...(settings?.settings ?? []).map((one): Item => ({ id: one.name, kind: 'setting', label: i18n.exists(`setting.${one.name}`) ? t(`setting.${one.name}`) : one.name, english: `${one.name} ${one.description}`, icon: Settings, run: () => go(`/settings?find=${one.name}`) })),
    ];
  }, [t, i18n, go, accounts, settings, clients, status, proxy.toggle, onSheet]);
}

export default function Palette({ onClose, onSheet }: { onClose: () => void; onSheet: () => void }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const all = useItems(onSheet);
  const kind = marks[text[0] ?? ''];
  const words = kind ? text.slice(1) : text;
  const shownItems = useMemo(() => {
    const isId = /^#?\s*(tr_\w{3,})/.exec(text)?.[1];
    const open: Item[] = isId ? [{ id: isId, kind: 'request', label: t('palette.request', { id: isId }), english: '', icon: ArrowRight, run: () => go(`/monitor/${isId}`) }] : [];
    return [...open, ...rank(all.filter((one) => !kind || one.kind === kind), words).slice(0, 40)];
  }, [all, kind, words, text, t, go]);
  const run = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    item.run();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(shownItems.length - 1, to));
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(shownItems[at]);
    }
  };
  return (
    <Dialog title={t('palette.title')} width={620} onClose={onClose}>
      <input
        data-autofocus
        className={css.input}
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={shownItems[at] ? `${id}-${at}` : undefined}
        aria-label={t('palette.title')}
        placeholder={t('palette.placeholder')}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={pressed}
      />
      <div role="listbox" id={`${id}-list`} aria-label={t('palette.results')} className={css.list}>
        {shownItems.map((one, i) => (
          <div key={one.id} id={`${id}-${i}`} role="option" aria-selected={i === at} className={css.item} onPointerMove={() => setAt(i)} onClick={() => run(one)}>
            <one.icon size={16} aria-hidden />
            <span className={`${css.label} cut`}>{one.label}</span>
            <span className={css.kind}>{one.keys ?? t(`palette.kind.${one.kind}`)}</span>
          </div>
        ))}
      </div>
      <p className={css.hint} role="status">{shownItems.length === 0 ? t('palette.none') : t('palette.hint')}</p>
    </Dialog>
  );
}
