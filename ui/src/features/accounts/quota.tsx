import { useTranslation } from 'react-i18next';
import type { Account, QuotaWindow } from '../../api/model';
import { useFormats, useNow } from '../../shared/hooks';
import css from './accounts.module.css';

// What is left and when it comes back. What nobody reported is an empty hatched track, never zero.
export function Quota({ account, all, narrow }: { account: Account; all?: boolean; narrow?: boolean }) {
  const { t } = useTranslation();
  const windows = account.quota ?? [];
  if (windows.length === 0) return <span className={css.dim}>{t('account.quota.unknown')}</span>;
  return (
    <div className={`${css.quota} ${narrow ? css.narrow : ''}`}>
      {windows.slice(0, all ? 20 : narrow ? 1 : 2).map((one) => <Meter key={`${one.name} ${one.models}`} window={one} narrow={narrow} />)}
    </div>
  );
}

function Meter({ window: one, narrow }: { window: QuotaWindow; narrow?: boolean }) {
  const { t } = useTranslation();
  const f = useFormats();
  const now = useNow();
  const { left, resets_ms: reset } = one;
  const whole = one.models && one.models !== one.name ? `${one.name} · ${one.models}` : one.name;
  const tone = left === null ? '' : left < 0.1 ? 'danger' : left < 0.3 ? 'warn' : 'ok';
  return (
    <div className={css.meter}>
      <span className="cut" title={one.below_reserve ? t('account.quota.reserve') : whole}>{narrow ? one.name : whole}{one.below_reserve ? ` (${t('account.quota.reserve.short')})` : ''}</span>
      <span className={`${css.track} ${left === null ? css.unknown : ''}`}>{left !== null && <i data-tone={tone} style={{ inlineSize: `${Math.round(left * 100)}%` }} />}</span>
      <span className="num" title={reset ? f.dateTime(reset) : undefined}>
        {left === null ? '?' : f.percent(left)}
        {!narrow && reset && reset > now ? ` · ${t('account.quota.back', { time: f.remaining(reset - now) })}` : ''}
      </span>
    </div>
  );
}
