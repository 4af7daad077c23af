// The three languages. English is in the first bundle and is what a missing word falls back to; the others are loaded
// when they are chosen. Words change on the spot, without a reload.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { preference, setPreference, watchPreferences } from '../shared/preferences';
import english from './en';

export type Language = 'en' | 'ru' | 'zh';
export const LANGUAGES: { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'ru', name: 'Русский' },
  { id: 'zh', name: '中文' },
];

const loaders: Record<Exclude<Language, 'en'>, () => Promise<{ default: Record<string, unknown> }>> = {
  ru: () => import('./ru'),
  zh: () => import('./zh'),
};

function systemLanguage(): Language {
  const wanted = navigator.languages.map((one) => one.slice(0, 2).toLowerCase());
  return (wanted.find((one) => one === 'en' || one === 'ru' || one === 'zh') as Language | undefined) ?? 'en';
}

export function chosenLanguage(): Language {
  const chosen = preference('language');
  return chosen === 'en' || chosen === 'ru' || chosen === 'zh' ? chosen : systemLanguage();
}

export async function showLanguage(language: Language): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', (await loaders[language]()).default);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : language;
}

export function setLanguage(language: Language): void {
  setPreference('language', language);
  void showLanguage(language);
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: english } },
    interpolation: { escapeValue: false },
    returnNull: false,
    keySeparator: false,
    nsSeparator: false,
  });
  await showLanguage(chosenLanguage());
  // Chosen in another tab, it changes here too.
  watchPreferences(() => {
    const wanted = chosenLanguage();
    if (wanted !== i18next.language) void showLanguage(wanted);
  });
}
