import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Setting } from '../../api/model';
import { SecretField, Select, Switch, TextField } from '../../shared/ui/form';
import { Chip } from '../../shared/ui/layout';
import { choicesOf, type Draft } from './draft';
import css from './settings.module.css';

export function useSettingWords() {
  const { t, i18n } = useTranslation();
  return {
    title: (name: string) => (i18n.exists(`setting.${name}`) ? t(`setting.${name}`) : name),
    help: (setting: Setting) => (i18n.exists(`setting.${setting.name}.help`) ? t(`setting.${setting.name}.help`) : setting.description),
    choice: (name: string, value: string) => (i18n.exists(`setting.${name}.${value}`) ? t(`setting.${name}.${value}`) : value),
    unit: (unit: string) => (i18n.exists(`unit.${unit}`) ? t(`unit.${unit}`) : unit),
  };
}

// "set by --port" is the gateway's English; the place itself is understood in every language.
const placeOf = (setting: Setting) => setting.origin_text.replace(/^set (by|in) /, '');

// One setting: what it is, where its value comes from, and, unless it is set elsewhere, the control.
export function SettingRow({ draft, name, found }: { draft: Draft; name: string; found?: boolean }) {
  const { t } = useTranslation();
  const words = useSettingWords();
  const setting = draft.settings.get(name);
  if (!setting) return null;
  return (
    <div className={css.setting} id={`setting-${name}`} data-found={found || undefined}>
      <div className={css.about}>
        <strong>{words.title(name)}</strong>
        <small>{words.help(setting)}</small>
        <span className={css.meta}>
          <code>{name}</code>
          <span>{t(`origin.${setting.origin}`, { defaultValue: setting.origin_text })}{setting.read_only ? ` (${placeOf(setting)})` : ''}</span>
          {setting.needs_restart && <span>{t('settings.needs_restart')}</span>}
        </span>
      </div>
      <div>
        {setting.read_only && <Chip tone="idle">{t('settings.read_only')}</Chip>}
        <SettingControl draft={draft} setting={setting} />
      </div>
    </div>
  );
}

// "a whole number from 1 to 512" is the gateway's English; what is not of that form is shown as it is.
function allowedRange(t: TFunction, allowed: string, unit: string): string {
  const [, from, to] = /from (-?\d+) to (-?\d+)$/.exec(allowed) ?? [];
  return from === undefined ? t('settings.allowed', { allowed: allowed + unit }) : t('settings.allowed_range', { from, to: to + unit });
}

export function SettingControl({ draft, setting, label }: { draft: Draft; setting: Setting; label?: boolean }) {
  const { t } = useTranslation();
  const words = useSettingWords();
  const { name } = setting;
  const value = draft.value(name);
  const error = draft.errors[name];
  const common = { label: words.title(name), hideLabel: !label, error, disabled: setting.read_only };
  switch (setting.kind) {
    case 'boolean':
      return (
        <>
          <Switch label={words.title(name)} hideLabel={!label} on={value === true} disabled={setting.read_only} onChange={(on) => draft.put(name, on)} />
          {error && <p role="alert" style={{ color: 'var(--danger-text)' }}>{error}</p>}
        </>
      );
    case 'choice':
      return <Select {...common} value={String(value)} onText={(text) => draft.put(name, text)} options={choicesOf(setting).map((one) => ({ value: one, label: words.choice(name, one) }))} />;
    case 'secret':
      return <SecretField {...common} placeholder={setting.hint || t('settings.empty_value')} value={String(value)} onText={(text) => draft.put(name, text)} />;
    default: {
      const unit = setting.unit ? ` ${words.unit(setting.unit)}` : '';
      const range = setting.kind === 'integer' ? allowedRange(t, setting.allowed, unit) : undefined;
      const help = label && setting.read_only ? `${t('settings.read_only')} (${placeOf(setting)})` : range;
      return <TextField {...common} code={setting.kind === 'text'} inputMode={setting.kind === 'integer' ? 'numeric' : undefined} help={help} value={String(value)} onText={(text) => draft.put(name, text)} />;
    }
  }
}
