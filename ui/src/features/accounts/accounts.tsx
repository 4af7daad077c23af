import { ChartGantt, LayoutGrid, Plus, RefreshCw, Table, Users } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'wouter';
import type { Account } from '../../api/model';
import { useAccounts } from '../../api/queries';
import { usePreference, useUrlState } from '../../shared/hooks';
import { Button, IconButton } from '../../shared/ui/button';
import { Segments, TextField } from '../../shared/ui/form';
import { Card, Empty, Page, Problem, Skeleton } from '../../shared/ui/layout';
import { AccountCards } from './account-cards';
import { AccountDrawer } from './account-drawer';
import { AccountTable } from './account-table';
import css from './accounts.module.css';
import { AddAccount } from './add-account';
import { Batch } from './batch';
import { Capacity } from './capacity-view';
import { type Group, groupOf } from './state';

const GROUPS: Group[] = ['ready', 'resting', 'action', 'off'];

function matching(accounts: Account[], words: string, group: string): Account[] {
  const wanted = words.toLowerCase();
  return accounts.filter(
    (one) => (group === 'all' || groupOf(one) === group) && `${one.label} ${one.provider} ${one.address ?? ''} ${one.id}`.toLowerCase().includes(wanted),
  );
}

export default function Accounts() {
  const { t } = useTranslation();
  const { id } = useParams<{ id?: string }>();
  const [, navigate] = useLocation();
  const [words, setWords] = useUrlState('find');
  const [group, setGroup] = useUrlState('state', 'all');
  const [adding, setAdding] = useUrlState('add');
  const [view, setView] = usePreference('accountsView');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const accounts = useAccounts();
  const all = accounts.data;
  const shown = useMemo(() => matching(all ?? [], words, group), [all, words, group]);
  const counts = useMemo(() => new Map(GROUPS.map((one) => [one, all?.filter((account) => groupOf(account) === one).length ?? 0])), [all]);
  const open = (account: Account) => navigate(`/accounts/${encodeURIComponent(account.id)}${window.location.search}`);
  const opened = all?.find((one) => one.id === id || one.label === id);
  const picked = (all ?? []).filter((one) => selected.has(one.id));
  return (
    <Page title={t('page.accounts')}>
      <div className={css.bar}>
        <Segments
          label={t('accounts.filter')}
          value={group}
          onChange={(next) => setGroup(next)}
          options={[{ value: 'all', label: `${t('accounts.all')} ${all?.length ?? ''}` }, ...GROUPS.map((one) => ({ value: one as string, label: `${t(`accounts.group.${one}`)} ${counts.get(one) ?? 0}` }))]}
        />
        <div className={css.search}>
          <TextField label={t('accounts.search')} hideLabel data-filter type="search" placeholder={t('accounts.search')} value={words} onText={setWords} />
        </div>
        <div className={css.right}>
        <Segments label={t('accounts.view')} value={view} onChange={setView} options={[{ value: 'table', label: t('accounts.view.table'), icon: Table }, { value: 'cards', label: t('accounts.view.cards'), icon: LayoutGrid }, { value: 'capacity', label: t('accounts.view.capacity'), icon: ChartGantt }]} iconsOnly />
        <IconButton look="normal" icon={RefreshCw} label={t('action.refresh')} onClick={() => void accounts.refetch()} />
        <Button manages look="primary" icon={Plus} onClick={() => setAdding('kind', true)}>{t('accounts.add')}</Button>
        </div>
      </div>
      {accounts.isError && <Problem error={accounts.error} retry={() => void accounts.refetch()} />}
      {picked.length > 0 && <Batch accounts={picked} onDone={() => setSelected(new Set())} />}
      {!all && !accounts.isError && <Skeleton rows={5} height={44} />}
      {all?.length === 0 && (
        <Card>
          <Empty icon={Users} title={t('accounts.empty.title')} actions={<><Button manages look="primary" icon={Plus} onClick={() => setAdding('kind', true)}>{t('accounts.add')}</Button><Button onClick={() => setAdding('import', true)}>{t('accounts.import')}</Button></>}>
            {t('accounts.empty.text')}
          </Empty>
        </Card>
      )}
      {all && all.length > 0 && shown.length === 0 && (
        <Card>
          <Empty title={t('state.no_match')} actions={<Button onClick={() => { setWords(''); setGroup('all'); }}>{t('action.clear_filters')}</Button>} />
        </Card>
      )}
      {shown.length > 0 && view === 'capacity' && <Capacity accounts={shown} onOpen={open} />}
      {shown.length > 0 && view === 'cards' && <AccountCards accounts={shown} onOpen={open} />}
      {shown.length > 0 && view !== 'cards' && view !== 'capacity' && <AccountTable accounts={shown} selected={selected} onSelect={setSelected} onOpen={open} />}
      {opened && <AccountDrawer key={opened.id} account={opened} onClose={() => navigate(`/accounts${window.location.search}`)} />}
      {adding && <AddAccount key={adding} start={adding} onClose={() => setAdding('')} onOpen={(account) => navigate(`/accounts/${account.id}`)} />}
    </Page>
  );
}
