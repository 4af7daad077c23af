import { Download, Upload } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { post } from '../../api/client';
import { useChange, useFeatures } from '../../api/queries';
import { saveFile } from '../../shared/clipboard';
import { useFieldErrors } from '../../shared/field-errors';
import buttons from '../../shared/ui/button.module.css';
import { Button } from '../../shared/ui/button';
import { SecretField } from '../../shared/ui/form';
import { Card, Note, Row } from '../../shared/ui/layout';
import { toast } from '../../shared/ui/toast';

// Accounts and rules in one file, sealed under a passphrase that is kept nowhere.
export function Backup() {
  const { t } = useTranslation();
  const features = useFeatures();
  const [passphrase, setPassphrase] = useState('');
  const { errors, take, set, clear } = useFieldErrors(['passphrase']);
  const seal = useChange((body: { passphrase: string }) => post<{ accounts: number; routes: number; text: string }>('/accounts/export', body));
  if (features('POST', '/accounts/export') !== true) return null;
  const run = async () => {
    clear();
    if (!passphrase) return set({ passphrase: t('backup.passphrase_needed') });
    try {
      const { accounts, text } = await seal.mutateAsync({ passphrase });
      saveFile(`antigravity-tools-${new Date().toISOString().slice(0, 10)}.agt`, text, 'text/plain');
      setPassphrase('');
      toast({ tone: 'ok', text: t('backup.done', { count: accounts }) });
    } catch (error) {
      take(error);
    }
  };
  return (
    <Card title={t('backup.title')}>
      <p>{t('backup.text')}</p>
      <form onSubmit={(event) => { event.preventDefault(); void run(); }} noValidate style={{ display: 'grid', gap: 12, maxInlineSize: 420 }}>
        <SecretField label={t('import.passphrase')} value={passphrase} error={errors.passphrase} onText={setPassphrase} />
        {errors[''] && <Note tone="danger" role="alert">{errors['']}</Note>}
        <Row>
          <Button manages type="submit" icon={Download} disabled={seal.isPending}>{t('backup.export')}</Button>
          <Link href="/accounts?add=import" className={buttons.button}><Upload size={16} aria-hidden /> {t('accounts.import')}</Link>
        </Row>
      </form>
    </Card>
  );
}
