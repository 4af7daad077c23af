import { Plus, Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import buttons from '../../shared/ui/button.module.css';
import { Card, Empty } from '../../shared/ui/layout';

export function FirstSteps() {
  const { t } = useTranslation();
  return (
    <Card>
      <Empty
        icon={Sparkles}
        title={t('first.title')}
        actions={
          <>
            <Link href="/welcome" className={`${buttons.button} ${buttons.primary}`}>{t('dash.begin')}</Link>
            <Link href="/accounts?add=kind" className={buttons.button}><Plus size={16} aria-hidden /> {t('accounts.add')}</Link>
          </>
        }
      >
        {t('first.text')}
      </Empty>
    </Card>
  );
}
