import { CircleCheck, MinusCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ExplainedAccount, Explained as Answer } from '../../api/types';
import { useFormats } from '../../shared/hooks';
import { Code } from '../../shared/ui/code';
import { Check } from '../../shared/ui/form';
import { Chip, Identity, Note } from '../../shared/ui/layout';
import { useCodeWords } from '../trace/story';
import css from './proxy.module.css';

export type Explained = Answer;

// The gateway's dry run: the targets in their order, who of each may serve, and what would go out.
export function Plan({ plan, without, onSuppose }: { plan: Explained; without: string[]; onSuppose: (account: string, isGone: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <div aria-label={t('tester.result')} role="region" className={css.tester}>
      <Note tone={plan.error ? 'warn' : 'ok'} role="status">{plan.error ? `${plan.error.message} ${plan.error.remedy}` : plan.sentence} {t('trace.nothing_sent')}</Note>
      {(plan.targets ?? []).map((one) => (
        <section key={one.target}>
          <h3>{one.target}</h3>
          <ul>{one.accounts.map((account) => <Row key={account.account_id} account={account} isGone={without.includes(account.account_id)} onGone={(isGone) => onSuppose(account.account_id, isGone)} />)}</ul>
        </section>
      ))}
      {plan.would_send && <Code text={JSON.stringify(plan.would_send, null, 2)} language="json" wrap label={t('tester.result')} />}
    </div>
  );
}

function Row({ account, isGone, onGone }: { account: ExplainedAccount; isGone: boolean; onGone: (isGone: boolean) => void }) {
  const { t } = useTranslation();
  const f = useFormats();
  const words = useCodeWords();
  const why = [account.reason && t(`skip.${account.reason}`, { defaultValue: account.reason }), account.code && words.title(account.code), account.remaining_ms !== undefined && t('trace.left', { time: f.remaining(account.remaining_ms) })].filter(Boolean).join(' · ');
  return (
    <li style={{ display: 'flex', gap: 8, alignItems: 'center', paddingBlock: 3, flexWrap: 'wrap' }}>
      <Chip tone={account.may_serve ? 'ok' : 'idle'} icon={account.may_serve ? CircleCheck : MinusCircle}>{account.may_serve ? t('accounts.group.ready') : t('trace.passed_over')}</Chip>
      <b><Identity>{account.account}</Identity></b>
      <span className={css.dim}>{account.may_serve || isGone ? '' : why}</span>
      <span className={css.suppose}><Check label={t('tester.suppose')} checked={isGone} onChange={onGone} /></span>
    </li>
  );
}
