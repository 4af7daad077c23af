import { Activity, ArrowLeftRight, ChartColumn, Keyboard, LayoutDashboard, type LucideIcon, Search, Settings, Users } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useAccounts } from '../api/queries';
import { needsAction } from '../features/accounts/state';
import { usePreference } from '../shared/hooks';
import { aria, useShortcuts } from '../shared/shortcuts';
import { Banners } from './banners';
import { LanguageMenu, nextTheme, ThemeButton } from './looks';
import css from './shell.module.css';
import { StatusBar } from './status-bar';
import { useProxySwitch } from './use-proxy-switch';

const Palette = lazy(() => import('./palette'));
const Sheet = lazy(() => import('./sheet'));

export const PAGES: { id: string; path: string; icon: LucideIcon }[] = [
  { id: 'dashboard', path: '/', icon: LayoutDashboard },
  { id: 'accounts', path: '/accounts', icon: Users },
  { id: 'proxy', path: '/proxy', icon: ArrowLeftRight },
  { id: 'monitor', path: '/monitor', icon: Activity },
  { id: 'stats', path: '/stats', icon: ChartColumn },
  { id: 'settings', path: '/settings', icon: Settings },
];

function isCurrent(path: string, location: string): boolean {
  return path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
}

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [location, navigate] = useLocation();
  const [over, setOver] = useState<'palette' | 'sheet' | null>(null);
  const [theme, setTheme] = usePreference('theme');
  const [hidden, setHidden] = usePreference('hideIdentities');
  const proxy = useProxySwitch();
  const accounts = useAccounts();
  const waiting = accounts.data?.filter(needsAction).length ?? 0;
  useShortcuts({
    palette: () => setOver('palette'),
    sheet: () => setOver('sheet'),
    theme: () => setTheme(nextTheme(theme)),
    identities: () => setHidden(hidden === 'on' ? 'off' : 'on'),
    proxy: () => proxy.toggle(),
    filter: () => document.querySelector<HTMLElement>('[data-filter]')?.focus(),
    ...Object.fromEntries(PAGES.map(({ id, path }) => [`go.${id}`, () => navigate(path)])),
  });
  const page = PAGES.find((one) => isCurrent(one.path, location));
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">{t('shell.skip')}</a>
      <aside className={css.side}>
        <Link href="/" className={css.brand}>
          <img src="/favicon.svg" alt="" />
          <span>{t('app.name')}</span>
        </Link>
        <nav aria-label={t('shell.nav')} className={css.nav}>
          {PAGES.map(({ id, path, icon: Icon }) => (
            <Link key={id} href={path} title={t(`page.${id}`)} aria-current={isCurrent(path, location) ? 'page' : undefined}>
              <Icon size={18} strokeWidth={1.75} aria-hidden />
              <span>{t(`page.${id}`)}</span>
              {id === 'accounts' && waiting > 0 && <span className={css.badge} title={t('accounts.need_action', { count: waiting })}>{waiting}</span>}
            </Link>
          ))}
        </nav>
        <button type="button" className={css.help} title={t('sheet.title')} onClick={() => setOver('sheet')}>
          <Keyboard size={18} strokeWidth={1.75} aria-hidden />
          <span>{t('sheet.title')}</span>
        </button>
      </aside>
      <header className={css.top}>
        <span className={`${css.title} cut`} aria-hidden>{page ? t(`page.${page.id}`) : ''}</span>
        <button type="button" className={css.search} aria-keyshortcuts={aria('palette')} onClick={() => setOver('palette')}>
          <Search size={15} aria-hidden />
          <span className="cut">{t('palette.open')}</span>
          <kbd aria-hidden>Ctrl K</kbd>
        </button>
        <ThemeButton />
        <LanguageMenu />
      </header>
      <main id="main" className={css.main} tabIndex={-1}>
        <Banners />
        {children}
      </main>
      <StatusBar />
      <Suspense fallback={null}>
        {over === 'palette' && <Palette onClose={() => setOver(null)} onSheet={() => setOver('sheet')} />}
        {over === 'sheet' && <Sheet onClose={() => setOver(null)} />}
      </Suspense>
      {proxy.dialog}
    </div>
  );
}
