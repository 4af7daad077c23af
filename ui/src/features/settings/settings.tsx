import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import { useUrlState } from '../../shared/hooks';
import { TextField } from '../../shared/ui/form';
import { Card, Empty, Page, Problem, Skeleton } from '../../shared/ui/layout';
import { rank } from '../../app/rank';
import { About } from './about';
import { Backup } from './backup';
import { useDraft } from './draft';
import { SettingRow, useSettingWords } from './field';
import { Looks } from './looks';
import { Forget } from './forget';
import { SaveBar } from './save-bar';
import css from './settings.module.css';

// Which settings stand where. What no section names stands under "other", so that a new setting is never hidden.
const SECTIONS: Record<string, RegExp> = {
  general: /^$/,
  accounts: /^(oauth|quota)\./,
  network: /^network\./,
  data: /^(logging\.bodies|ledger\.|prices\.|metrics\.|telemetry\.)/,
  security: /^(proxy\.(allowed_|auth_mode|allow_lan|api_key)|admin\.)/,
  scheduling: /^(scheduling|pool)\./,
  proxy: /^proxy\.(?!(allowed_|auth_mode|allow_lan|api_key))/,
  other: /./,
};
const ORDER = ['general', 'proxy', 'security', 'scheduling', 'accounts', 'network', 'data', 'other', 'about'];

export function sectionOf(name: string): string {
  return Object.entries(SECTIONS).find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
}

const everything = () => true;

export default function Settings() {
  const { t } = useTranslation();
  const { section = 'general' } = useParams<{ section?: string }>();
  const [find] = useUrlState('find');
  const [typed, setTyped] = useState<string | null>(null);
  const words = typed ?? find;
  const draft = useDraft(everything);
  const says = useSettingWords();
  const shown = ORDER.includes(section) ? section : 'general';
  const names = useMemo(() => {
    const all = [...draft.settings.values()];
    if (!words) return all.filter((one) => sectionOf(one.name) === shown).map((one) => one.name);
    return rank(all.map((one) => ({ name: one.name, label: `${says.title(one.name)} ${says.help(one)}`, english: `${one.name} ${one.description}` })), words).map((one) => one.name);
  }, [draft.settings, shown, words, says]);
  return (
    <Page title={t('page.settings')}>
      <div className={css.layout}>
        <nav className={css.nav} aria-label={t('settings.sections')}>
          {ORDER.map((one) => <Link key={one} href={`/settings/${one}`} aria-current={one === shown && !words ? 'page' : undefined} onClick={() => setTyped('')}>{t(`settings.section.${one}`)}</Link>)}
        </nav>
        <div className={css.content}>
          <TextField label={t('settings.search')} hideLabel data-filter type="search" placeholder={t('settings.search')} value={words} onText={setTyped} />
          {draft.error !== null && <Problem error={draft.error} />}
          {draft.loading && <Skeleton rows={5} height={56} />}
          {!words && shown === 'general' && <Looks />}
          {!words && shown === 'about' && <About />}
          {names.length > 0 && (
            <Card title={words ? t('settings.found', { count: names.length }) : t(`settings.section.${shown}`)} flush>
              {names.map((name) => <SettingRow key={name} draft={draft} name={name} found={name === find} />)}
            </Card>
          )}
          {!words && shown === 'data' && <Forget />}
          {!words && shown === 'accounts' && <Backup />}
          {words && names.length === 0 && !draft.loading && <Card><Empty title={t('state.no_match')} /></Card>}
          <SaveBar draft={draft} />
        </div>
      </div>
    </Page>
  );
}
