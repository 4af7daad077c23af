import { CircleAlert, Clock, Info, type LucideIcon, ShieldAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Account, Status } from '../../api/model';
import { useFormats } from '../../shared/hooks';
import { Card, Identity } from '../../shared/ui/layout';
import { useRemaining } from '../accounts/chip';
import { needsAction, stateOf } from '../accounts/state';
import { useCodeWords } from '../trace/story';
import css from './dashboard.module.css';

const SHOWN = 5;
const soonest = (account: Account) => Math.min(...account.rests.map((rest) => rest.remaining_ms ?? Number.MAX_SAFE_INTEGER));

// What blocks first, then what comes back by itself, then what is good to know. At most five.
export function Attention({ accounts, status }: { accounts: Account[]; status: Status }) {
  const { t } = useTranslation();
  const blocked = accounts.filter(needsAction);
  const resting = accounts.filter((one) => !needsAction(one) && one.rests.length > 0).sort((a, b) => soonest(a) - soonest(b));
  const lost = status.ledger.dropped + status.ledger.lost;
  const total = blocked.length + resting.length + (lost > 0 ? 1 : 0);
  return (
    <Card title={total > 0 ? t('dash.attention_n', { count: total }) : t('dash.attention')} flush actions={total > SHOWN && <Link href="/accounts">{t('dash.all')}</Link>}>
      {total === 0 ? (
        <p className={css.quiet}>{t('dash.nothing_needed')}</p>
      ) : (
        <ul className={css.list}>
          {lost > 0 && <Line icon={Info} tone="warn" text={t('dash.ledger_lost', { count: lost })} href="/settings/data" action={t('page.settings')} />}
          {[...blocked, ...resting].slice(0, SHOWN).map((one) => <AccountLine key={one.id} account={one} />)}
        </ul>
      )}
    </Card>
  );
}

function Line({ icon: Icon, tone, text, href, action }: { icon: LucideIcon; tone: string; text: React.ReactNode; href: string; action: string }) {
  return (
    <li>
      <Icon size={16} color={`var(--${tone}-mark)`} aria-hidden />
      <span>{text}</span>
      <Link href={href}>{action}</Link>
    </li>
  );
}

function AccountLine({ account }: { account: Account }) {
  const { t } = useTranslation();
  const f = useFormats();
  const words = useCodeWords();
  const state = stateOf(account);
  const left = useRemaining(state.rest?.remaining_ms);
  const what = state.rest ? words.title(state.rest.code) : t(`account.state.${state.word}`, { defaultValue: state.word });
  const icon = state.tone === 'block' ? ShieldAlert : state.tone === 'danger' ? CircleAlert : Clock;
  const back = state.tone !== 'block' && left !== undefined ? ` · ${t('account.story.back', { time: f.remaining(left) })}` : '';
  return <Line icon={icon} tone={state.tone} text={<><b><Identity>{account.label}</Identity></b>: {what}{back}</>} href={`/accounts/${account.id}`} action={t('dash.look')} />;
}
