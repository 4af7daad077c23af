import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import type { ExportForm, Exported } from '../../api/types';
import { useChange } from '../../api/queries';
import { saveFile } from '../../shared/clipboard';
import { useFieldErrors } from '../../shared/field-errors';
import { Check, SecretField } from '../../shared/ui/form';
import { Note } from '../../shared/ui/layout';
import { toast } from '../../shared/ui/toast';

// What leaves this computer in a file, sealed under a passphrase that is kept nowhere. Without accounts: all of them.
export function useExport(accounts?: string[]) {
  const { t } = useTranslation();
  const [passphrase, setPassphrase] = useState('');
  const [routes, setRoutes] = useState(!accounts);
  const [settings, setSettings] = useState(false);
  const { errors, take, set, clear } = useFieldErrors(['passphrase']);
  const seal = useChange((body: ExportForm) => post<Exported>('/accounts/export', body));
  const run = async (): Promise<boolean> => {
    clear();
    if (!passphrase) {
      set({ passphrase: t('backup.passphrase_needed') });
      return false;
    }
    try {
      const sealed = await seal.mutateAsync({ passphrase, routes, settings, ...(accounts && { accounts }) });
      saveFile(`antigravity-tools-${new Date().toISOString().slice(0, 10)}.agt`, sealed.text, 'text/plain');
      setPassphrase('');
      toast({ tone: 'ok', text: t('backup.done', { count: sealed.accounts }) });
      return true;
    } catch (error) {
      take(error);
      return false;
    }
  };
  const fields = (
    <>
      <SecretField label={t('import.passphrase')} value={passphrase} error={errors.passphrase} onText={setPassphrase} />
      <Check label={t('backup.routes')} checked={routes} onChange={setRoutes} />
      <Check label={t('backup.settings')} checked={settings} onChange={setSettings} />
      {errors[''] && <Note tone="danger" role="alert">{errors['']}</Note>}
    </>
  );
  return { fields, run, isPending: seal.isPending };
}
