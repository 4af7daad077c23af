import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFeatures } from '../../api/queries';
import { Dialog } from '../../shared/ui/dialog';
import { Note } from '../../shared/ui/layout';

export function ImportAccounts({ title, back, onClose }: { kind: string; title: string; back: ReactNode; onClose: () => void }) {
  const { t } = useTranslation();
  const features = useFeatures();
  return (
    <Dialog title={title} width={620} onClose={onClose} foot={back}>
      {features('POST', '/accounts/import/preview') === false && <Note tone="info">{t('feature.missing')}</Note>}
    </Dialog>
  );
}
