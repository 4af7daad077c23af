import { useTranslation } from 'react-i18next';
import type { Account } from '../../api/model';
import { Facts, Identity } from '../../shared/ui/layout';
import { AccountMenu } from './account-actions';
import css from './accounts.module.css';
import { StateChip } from './chip';
import { Quota } from './quota';

export function Letter({ name }: { name: string }) {
  return <span className={css.letter} aria-hidden>{name.slice(0, 1).toUpperCase()}</span>;
}

export function AccountCards({ accounts, onOpen }: { accounts: Account[]; onOpen: (account: Account) => void }) {
  const { t } = useTranslation();
  return (
    <ul className={css.cards} aria-label={t('page.accounts')}>
      {accounts.map((one) => (
        <li key={one.id} className={css.card}>
          <div className={css.cardTop}>
            <Letter name={one.provider} />
            <span className={css.name}>
              <button type="button" className="cut" onClick={() => onOpen(one)}><Identity>{one.label}</Identity></button>
              <span className={`${css.dim} cut`}>{one.provider}</span>
            </span>
            <AccountMenu account={one} onOpen={() => onOpen(one)} />
          </div>
          <div><StateChip account={one} countdown /></div>
          <Facts
            items={[
              [t('account.address'), one.address?.replace(/^https?:\/\//, '') ?? t('account.local')],
              [t('accounts.col.models'), one.models.length === 0 ? t('account.models.all') : one.models.join(', ')],
              [t('accounts.col.quota'), <Quota key="quota" account={one} />],
            ]}
          />
        </li>
      ))}
    </ul>
  );
}
