import { Download, Upload } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFeatures } from '../../api/queries';
import buttons from '../../shared/ui/button.module.css';
import { Button } from '../../shared/ui/button';
import { Card, Row } from '../../shared/ui/layout';
import { useExport } from '../accounts/export-form';

// Everything that a new computer needs, in one file.
export function Backup() {
  const { t } = useTranslation();
  const features = useFeatures();
  const { fields, run, isPending } = useExport();
  if (features('POST', '/accounts/export') !== true) return null;
  return (
    <Card title={t('backup.title')}>
      <p>{t('backup.text')}</p>
      <form onSubmit={(event) => { event.preventDefault(); void run(); }} noValidate style={{ display: 'grid', gap: 12, maxInlineSize: 420 }}>
        {fields}
        <Row>
          <Button manages type="submit" icon={Download} disabled={isPending}>{t('backup.export')}</Button>
          <Link href="/accounts?add=import" className={buttons.button}><Upload size={16} aria-hidden /> {t('accounts.import')}</Link>
        </Row>
      </form>
    </Card>
  );
}
