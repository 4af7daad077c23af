import { BadgeCheck, Copy, Ellipsis, FlaskConical, Gauge, PanelRight, Power, PowerOff, RefreshCw, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account, TestResult } from '../../api/model';
import { accountApi, useChange, useFeatures } from '../../api/queries';
import { copyText } from '../../shared/clipboard';
import { useFormats } from '../../shared/hooks';
import { Confirm } from '../../shared/ui/dialog';
import { useErrorText } from '../../shared/ui/layout';
import { Menu, type MenuItem } from '../../shared/ui/menu';
import { toast } from '../../shared/ui/toast';
import { useCodeWords } from '../trace/story';

export function useTestWords() {
  const { t } = useTranslation();
  const f = useFormats();
  const words = useCodeWords();
  return (result: TestResult): string =>
    result.error
      ? `${words.title(result.error.code)}: ${result.error.message} ${words.remedy(result.error)}`
      : t('account.test.ok', { count: result.models_count ?? 0, time: f.duration(result.latency_ms) });
}

// What can be done with one account; the table, the cards and the drawer have the same.
export function useAccountActions(account: Account, onOpen?: () => void): { items: MenuItem[]; dialog: ReactNode; test: () => Promise<void>; testing: boolean } {
  const { t } = useTranslation();
  const features = useFeatures();
  const errorText = useErrorText();
  const testWords = useTestWords();
  const [deleting, setDeleting] = useState(false);
  const test = useChange(accountApi.test);
  const enable = useChange(({ id, on }: { id: string; on: boolean }) => accountApi.enable(id, on));
  const refresh = useChange(accountApi.refresh);
  const quota = useChange(accountApi.quota);
  const gone = useChange(accountApi.remove);
  const told = async (work: () => Promise<string>) => {
    try {
      toast({ tone: 'ok', text: await work() });
    } catch (error) {
      const { text, remedy } = errorText(error);
      toast({ tone: 'danger', text: `${account.label}: ${text} ${remedy}` });
    }
  };
  const runTest = async () => {
    try {
      const result = await test.mutateAsync(account.id);
      toast({ tone: result.ok ? 'ok' : 'danger', text: `${account.label}: ${testWords(result)}` });
    } catch (error) {
      toast({ tone: 'danger', text: `${account.label}: ${errorText(error).text}` });
    }
  };
  const items: MenuItem[] = [
    { label: t('account.test'), icon: FlaskConical, run: () => void runTest() },
    ...(features('POST', '/accounts/{account}/refresh') ? [{ label: t('account.refresh'), icon: RefreshCw, run: () => void told(async () => { await refresh.mutateAsync(account.id); return t('account.refreshed', { label: account.label }); }) }] : []),
    ...(account.quota_can_be_asked ? [{ label: t('account.quota.ask'), icon: Gauge, run: () => void told(async () => { await quota.mutateAsync(account.id); return t('account.quota.asked', { label: account.label }); }) }] : []),
    {
      label: t(account.enabled ? 'account.disable' : 'account.enable'),
      icon: account.enabled ? PowerOff : Power,
      run: () => void told(async () => { await enable.mutateAsync({ id: account.id, on: !account.enabled }); return t(account.enabled ? 'account.disabled' : 'account.enabled', { label: account.label }); }),
    },
    ...(account.rests.some((one) => one.code !== 'protected_reserve') ? [{ label: t('account.forgive'), icon: BadgeCheck, run: () => void told(async () => { await enable.mutateAsync({ id: account.id, on: true }); return t('account.forgiven', { label: account.label }); }) }] : []),
    { label: t('account.copy_id'), icon: Copy, run: () => void copyText(account.id) },
    { label: t('account.delete'), icon: Trash2, danger: true, separated: true, run: () => setDeleting(true) },
  ];
  if (onOpen) items.unshift({ label: t('account.open'), icon: PanelRight, run: onOpen });
  const dialog = deleting ? (
    <Confirm title={t('account.delete.title', { label: account.label })} action={t('account.delete')} onConfirm={() => gone.mutateAsync(account.id)} onClose={() => setDeleting(false)}>
      {t('account.delete.text')}
    </Confirm>
  ) : null;
  return { items, dialog, test: runTest, testing: test.isPending };
}

export function AccountMenu({ account, onOpen }: { account: Account; onOpen?: () => void }) {
  const { t } = useTranslation();
  const { items, dialog } = useAccountActions(account, onOpen);
  return (
    <>
      <Menu look="quiet" small icon={Ellipsis} label={t('account.actions', { label: account.label })} items={items} />
      {dialog}
    </>
  );
}
