// When capacity comes back: a lane for each account with its rests and the resets of its quota windows. The same is
// written at the end of each lane; what nobody reported is said to be unknown.
import { useTranslation } from 'react-i18next';
import type { Account } from '../../api/model';
import { useFormats, useNow, useUrlState } from '../../shared/hooks';
import { Segments } from '../../shared/ui/form';
import { Card, Identity, layout, Note } from '../../shared/ui/layout';
import css from './accounts.module.css';
import { StateChip } from './chip';
import { eventsOf, sameHour, SPANS } from './capacity';

export function Capacity({ accounts, onOpen }: { accounts: Account[]; onOpen: (account: Account) => void }) {
  const { t } = useTranslation();
  const f = useFormats();
  const now = useNow();
  const [span, setSpan] = useUrlState('span', '24h');
  const length = SPANS[span] ?? SPANS['24h'] ?? 1;
  const lanes = accounts.map((account) => ({ account, events: eventsOf(account, now) }));
  const together = sameHour(lanes.flatMap(({ events }) => events.slice(0, 1).map((one) => one.at)));
  const place = (at: number) => `${Math.min(100, Math.max(0, ((at - now) / length) * 100))}%`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => now + share * length);
  return (
    <Card title={t('capacity.title')} flush actions={<Segments label={t('capacity.span')} value={span} onChange={setSpan} options={Object.keys(SPANS).map((one) => ({ value: one, label: t(`capacity.span.${one}`) }))} />}>
      {together > 1 && <div style={{ padding: 12 }}><Note tone="info">{t('capacity.together', { count: together })}</Note></div>}
      <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('capacity.title')}>
        <table className={layout.table}>
          <thead>
            <tr>
              <th scope="col">{t('accounts.col.account')}</th>
              <th scope="col" className={css.laneHead}>
                <span className="visually-hidden">{t('capacity.lane')}</span>
                <span aria-hidden>{ticks.map((at, i) => <span key={i}>{i === 0 ? t('capacity.now') : length > 86_400_000 ? f.tick(at, 86_400_000) : f.tick(at, 0)}</span>)}</span>
              </th>
              <th scope="col">{t('capacity.back')}</th>
            </tr>
          </thead>
          <tbody>
            {lanes.map(({ account, events }) => (
              <tr key={account.id}>
                <td>
                  <span className={`${css.name} ${css.laneName}`}>
                    <button type="button" className="cut" onClick={() => onOpen(account)}><Identity>{account.label}</Identity></button>
                    <span><StateChip account={account} /></span>
                  </span>
                </td>
                <td>
                  <div className={css.lane} aria-hidden>
                    {events.filter((one) => one.kind === 'rest').map((one) => <i key={one.name} data-kind="rest" style={{ insetInlineStart: 0, inlineSize: place(one.at) }} />)}
                    {events.filter((one) => one.kind === 'quota' && one.at - now <= length).map((one) => <i key={one.name} data-kind={one.left !== null && one.left < 0.1 ? 'empty' : 'quota'} style={{ insetInlineStart: place(one.at) }} />)}
                  </div>
                </td>
                <td className={css.back}>
                  {events.length === 0
                    ? <span className={css.dim}>{account.rests.length > 0 ? t('capacity.until_action') : (account.quota ?? []).length > 0 ? t('capacity.no_reset') : t('account.quota.unknown')}</span>
                    : events.slice(0, 3).map((one) => (
                        <span key={one.kind + one.name} title={f.dateTime(one.at)}>
                          {one.kind === 'rest' ? t('capacity.rests', { what: one.name || t('account.models.all') }) : `${one.name} ${one.left === null ? '?' : f.percent(one.left)}`} · {f.remaining(one.at - now)}
                        </span>
                      ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
