import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { type Language, LANGUAGES, setLanguage } from '../../i18n';
import { usePreference } from '../../shared/hooks';
import { Segments, Switch } from '../../shared/ui/form';
import { Card } from '../../shared/ui/layout';
import css from './settings.module.css';

// What this browser shows: applied at once, kept here, no concern of the gateway.
export function Looks() {
  const { t, i18n } = useTranslation();
  const [theme, setTheme] = usePreference('theme');
  const [density, setDensity] = usePreference('density');
  const [scale, setScale] = usePreference('textScale');
  const [motion, setMotion] = usePreference('motion');
  const [keys, setKeys] = usePreference('singleKeys');
  const [hidden, setHidden] = usePreference('hideIdentities');
  const [patterns, setPatterns] = usePreference('patterns');
  const pick = (values: string[], prefix: string) => values.map((value) => ({ value, label: t(`${prefix}.${value}`) }));
  const flag = (name: string, value: string, set: (value: string) => void, on = 'on', off = 'off') => (
    <Line name={name}><Switch label={t(`settings.ui.${name}`)} hideLabel on={value === on} onChange={(yes) => set(yes ? on : off)} /></Line>
  );
  return (
    <Card title={t('settings.ui.title')} flush>
      <Line name="language"><Segments label={t('settings.ui.language')} value={i18n.language} onChange={(value) => setLanguage(value as Language)} options={LANGUAGES.map(({ id, name }) => ({ value: id as string, label: name }))} /></Line>
      <Line name="theme"><Segments label={t('settings.ui.theme')} value={theme} onChange={setTheme} options={pick(['system', 'light', 'dark'], 'theme')} /></Line>
      <Line name="density"><Segments label={t('settings.ui.density')} value={density} onChange={setDensity} options={pick(['comfortable', 'compact'], 'density')} /></Line>
      <Line name="text"><Segments label={t('settings.ui.text')} value={scale} onChange={setScale} options={['0.9', '1', '1.1', '1.3'].map((value) => ({ value, label: `${Math.round(Number(value) * 100)} %` }))} /></Line>
      {flag('motion', motion, setMotion, 'off', 'system')}
      {flag('keys', keys, setKeys)}
      {flag('identities', hidden, setHidden)}
      {flag('patterns', patterns, setPatterns)}
    </Card>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className={css.setting}>
      <div className={css.about} id={id}>
        <strong>{t(`settings.ui.${name}`)}</strong>
        <small>{t(`settings.ui.${name}.help`)}</small>
      </div>
      <div>{children}</div>
    </div>
  );
}
