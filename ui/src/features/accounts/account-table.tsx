import { type KeyboardEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../api/model';
import { useFormats, useNow } from '../../shared/hooks';
import { Identity, layout } from '../../shared/ui/layout';
import { AccountMenu } from './account-actions';
import css from './accounts.module.css';
import { StateChip } from './chip';
import { Quota } from './quota';
import { hasHint } from './state';

// The gateway shows the end of long keys only.

interface TableProps {
  accounts: Account[];
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onOpen: (account: Account) => void;
}

export function AccountTable({ accounts, selected, onSelect, onOpen }: TableProps) {
  const { t } = useTranslation();
  const f = useFormats();
  const now = useNow();
  const last = useRef(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const pick = (index: number, on: boolean, range: boolean) => {
    const next = new Set(selected);
    const [from, to] = range ? [Math.min(last.current, index), Math.max(last.current, index)] : [index, index];
    for (const account of accounts.slice(from, to + 1)) {
      if (on) next.add(account.id);
      else next.delete(account.id);
    }
    last.current = index;
    onSelect(next);
  };
  // J/K and arrows walk from row to row; X selects.
  const pressed = (event: KeyboardEvent<HTMLTableSectionElement>) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
    const rows = [...(body.current?.querySelectorAll<HTMLElement>('[data-open]') ?? [])];
    const at = rows.findIndex((one) => one.closest('tr')?.contains(event.target as Node));
    const to = { ArrowDown: at + 1, KeyJ: at + 1, ArrowUp: at - 1, KeyK: at - 1 }[event.code];
    if (to !== undefined && rows[to]) {
      event.preventDefault();
      rows[to]?.focus();
    } else if (event.code === 'KeyX' && accounts[at]) {
      event.preventDefault();
      pick(at, !selected.has(accounts[at].id), event.shiftKey);
    }
  };
  const everyone = accounts.every((one) => selected.has(one.id));
  const wide = accounts.some((one) => (one.quota ?? []).length > 0);
  return (
    <section className={layout.card} aria-label={t('page.accounts')}>
      <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('accounts.table')}>
        <table className={layout.table}>
          <thead>
            <tr>
              <th scope="col"><input type="checkbox" aria-label={t('accounts.select_all', { count: accounts.length })} checked={everyone} onChange={(event) => onSelect(new Set(event.target.checked ? accounts.map((one) => one.id) : []))} /></th>
              <th scope="col">{t('accounts.col.state')}</th>
              <th scope="col">{t('accounts.col.account')}</th>
              <th scope="col">{t('accounts.col.provider')}</th>
              {wide && <th scope="col" className={css.wideOnly}>{t('accounts.col.quota')}</th>}
              <th scope="col">{t('accounts.col.models')}</th>
              <th scope="col" className={layout.right}>{t('accounts.col.priority')}</th>
              <th scope="col" className={css.wideOnly}>{t('accounts.col.changed')}</th>
              <th scope="col"><span className="visually-hidden">{t('accounts.col.actions')}</span></th>
            </tr>
          </thead>
          <tbody ref={body} onKeyDown={pressed}>
            {accounts.map((one, i) => (
              <tr key={one.id} aria-selected={selected.has(one.id)}>
                <td><input type="checkbox" aria-label={t('accounts.select', { label: one.label })} checked={selected.has(one.id)} onChange={(event) => pick(i, event.target.checked, (event.nativeEvent as MouseEvent).shiftKey)} /></td>
                <td><StateChip account={one} countdown /></td>
                <td>
                  <span className={css.name}>
                    <button type="button" data-open className="cut" onClick={() => onOpen(one)}><Identity>{one.label}</Identity></button>
                    <span className={`${css.dim} cut`}>{hasHint(one.key_hint) ? t('account.key_hint', { hint: one.key_hint }) : one.oauth ? one.oauth.subject || t('account.credential.oauth') : t(`account.credential.${one.key_hint ? 'key' : 'none'}`)}</span>
                  </span>
                </td>
                <td>
                  <span className={css.name}>
                    <span>{one.provider}</span>
                    <span className={`${css.dim} cut`} title={one.address}>{one.address?.replace(/^https?:\/\//, '') ?? t('account.local')}</span>
                  </span>
                </td>
                {wide && <td className={css.wideOnly}><Quota account={one} narrow /></td>}
                <td className="cut" style={{ maxInlineSize: 180 }} title={one.models.join(', ')}>{one.models.length === 0 ? t('account.models.all') : one.models.join(', ')}</td>
                <td className={layout.right}>{f.number(one.priority)}</td>
                <td className={css.wideOnly} title={f.dateTime(one.updated_ms)}>{f.ago(Math.max(0, now - one.updated_ms))}</td>
                <td className={layout.right}><AccountMenu account={one} onOpen={() => onOpen(one)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
