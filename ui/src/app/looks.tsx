import { Languages, Monitor, Moon, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Language, setLanguage } from '../i18n';
import { usePreference } from '../shared/hooks';
import { aria } from '../shared/shortcuts';
import { IconButton } from '../shared/ui/button';
import { Menu } from '../shared/ui/menu';

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const items = LANGUAGES.map(({ id, name }) => ({ label: name, checked: i18n.language === id, run: () => setLanguage(id as Language) }));
  return <Menu look="quiet" icon={Languages} label={t('settings.ui.language')} items={items} />;
}

const order = ['system', 'light', 'dark'];
export function nextTheme(theme: string): string {
  return order[(order.indexOf(theme) + 1) % order.length] ?? 'system';
}

export function ThemeButton() {
  const { t } = useTranslation();
  const [theme, setTheme] = usePreference('theme');
  const icon = theme === 'light' ? Sun : theme === 'dark' ? Moon : Monitor;
  return <IconButton icon={icon} label={`${t('settings.ui.theme')}: ${t(`theme.${theme}`)}`} aria-keyshortcuts={aria('theme')} onClick={() => setTheme(nextTheme(theme))} />;
}
