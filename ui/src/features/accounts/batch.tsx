import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../api/model';
import { accountApi, useChange } from '../../api/queries';
import { Button } from '../../shared/ui/button';
import { Confirm, Dialog } from '../../shared/ui/dialog';
import { useErrorText } from '../../shared/ui/layout';
import { useTestWords } from './account-actions';
import css from './accounts.module.css';
import { useExport } from './export-form';

type Action = 'enable' | 'disable' | 'test' | 'delete';
interface Result {
  account: Account;
  state: 'waiting' | 'ok' | 'failed';
  text: string;
}

const AT_ONCE = 3;

// Many accounts, one action: each row has its own result; mixed results are never one message.
export function Batch({ accounts, onDone }: { accounts: Account[]; onDone: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const testWords = useTestWords();
  const [results, setResults] = useState<Result[] | null>(null);
  const [confirming, setConfirming] = useState(false);
  const [exporting, setExporting] = useState(false);
  const work = useChange(async ({ action, account }: { action: Action; account: Account }): Promise<string> => {
    if (action === 'delete') await accountApi.remove(account.id);
    else if (action === 'test') {
      const result = await accountApi.test(account.id);
      if (!result.ok) throw new Error(testWords(result));
      return testWords(result);
    } else await accountApi.enable(account.id, action === 'enable');
    return t('batch.done');
  });
  const run = async (action: Action, those: Account[]) => {
    setResults(those.map((account) => ({ account, state: 'waiting', text: '' })));
    const put = (id: string, state: Result['state'], text: string) =>
      setResults((now) => now?.map((one) => (one.account.id === id ? { ...one, state, text } : one)) ?? null);
    const queue = [...those];
    const worker = async () => {
      for (let account = queue.shift(); account; account = queue.shift()) {
        try {
          put(account.id, 'ok', await work.mutateAsync({ action, account }));
        } catch (error) {
          put(account.id, 'failed', errorText(error).text);
        }
      }
    };
    setLast(action);
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  const [last, setLast] = useState<Action>('test');
  const failed = results?.filter((one) => one.state === 'failed') ?? [];
  const waiting = results?.some((one) => one.state === 'waiting') ?? false;
  const close = () => {
    setResults(null);
    onDone();
  };
  return (
    <div className={css.batch} role="group" aria-label={t('batch.label')}>
      <strong>{t('batch.selected', { count: accounts.length })}</strong>
      <Button manages small onClick={() => void run('test', accounts)}>{t('account.test')}</Button>
      <Button manages small onClick={() => void run('enable', accounts)}>{t('account.enable')}</Button>
      <Button manages small onClick={() => void run('disable', accounts)}>{t('account.disable')}</Button>
      <Button manages small onClick={() => setExporting(true)}>{t('batch.export')}</Button>
      <Button manages small look="danger" onClick={() => setConfirming(true)}>{t('account.delete')}</Button>
      <Button small look="quiet" onClick={onDone}>{t('batch.clear')}</Button>
      {confirming && (
        <Confirm title={t('batch.delete.title', { count: accounts.length })} action={t('account.delete')} onConfirm={() => void run('delete', accounts)} onClose={() => setConfirming(false)}>
          {accounts.map((one) => one.label).join(', ')}
        </Confirm>
      )}
      {exporting && <ExportDialog accounts={accounts} onClose={() => setExporting(false)} />}
      {results && (
        <Dialog
          title={t(`batch.title.${last}`)}
          onClose={close}
          foot={
            <>
              {failed.length > 0 && !waiting && <Button data-start onClick={() => void run(last, failed.map((one) => one.account))}>{t('batch.retry', { count: failed.length })}</Button>}
              <Button look="primary" onClick={close}>{t('action.close')}</Button>
            </>
          }
        >
          <p role="status">{t('batch.sum', { done: results.filter((one) => one.state === 'ok').length, failed: failed.length, total: results.length })}</p>
          <ul className={css.results}>
            {results.map((one) => {
              const Icon = { ok: CircleCheck, failed: CircleAlert, waiting: CircleDashed }[one.state];
              return (
                <li key={one.account.id}>
                  <Icon size={16} aria-label={t(`batch.state.${one.state}`)} color={`var(--${{ ok: 'ok', failed: 'danger', waiting: 'idle' }[one.state]}-mark)`} />
                  <span><b>{one.account.label}</b> {one.text}</span>
                </li>
              );
            })}
          </ul>
        </Dialog>
      )}
    </div>
  );
}

function ExportDialog({ accounts, onClose }: { accounts: Account[]; onClose: () => void }) {
  const { t } = useTranslation();
  const { fields, run, isPending } = useExport(accounts.map((one) => one.id));
  const submit = async () => {
    if (await run()) onClose();
  };
  return (
    <Dialog
      title={t('batch.export.title', { count: accounts.length })}
      onClose={onClose}
      onSubmit={() => void submit()}
      foot={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button look="primary" type="submit" disabled={isPending}>{t('backup.export')}</Button>
        </>
      }
    >
      <div className={css.form}>
        <p>{t('batch.export.text')} <strong>{accounts.map((one) => one.label).join(', ')}</strong></p>
        {fields}
      </div>
    </Dialog>
  );
}
