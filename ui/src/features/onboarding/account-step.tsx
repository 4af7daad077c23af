import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../api/model';
import { useAccounts, useProviders } from '../../api/queries';
import { Button } from '../../shared/ui/button';
import { Card, Identity, Problem, Row, Skeleton } from '../../shared/ui/layout';
import { StateChip } from '../accounts/chip';
import { AddAccount, Kinds } from '../accounts/add-account';

// The same kinds and the same dialog as on the Accounts page.
export function AccountStep({ onNext }: { onNext: (account?: Account) => void }) {
  const { t } = useTranslation();
  const providers = useProviders();
  const accounts = useAccounts().data ?? [];
  const [adding, setAdding] = useState('');
  return (
    <>
      {accounts.length > 0 && (
        <Card title={t('welcome.account.have', { count: accounts.length })}>
          {accounts.slice(0, 6).map((one) => (
            <Row key={one.id}>
              <b><Identity>{one.label}</Identity></b>
              <span>{one.provider}</span>
              <StateChip account={one} />
            </Row>
          ))}
          {accounts.length > 6 && <p>{t('welcome.account.more', { count: accounts.length - 6 })}</p>}
          <Row><Button look="primary" onClick={() => onNext()}>{t('welcome.next')}</Button></Row>
        </Card>
      )}
      {providers.isError && <Problem error={providers.error} retry={() => void providers.refetch()} />}
      {!providers.data && !providers.isError && <Skeleton rows={4} height={52} />}
      {providers.data && <Kinds providers={providers.data} onChoose={setAdding} />}
      {adding && <AddAccount key={adding} start={adding} onClose={() => setAdding('')} onOpen={onNext} />}
    </>
  );
}
