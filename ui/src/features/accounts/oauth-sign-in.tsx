import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../api/model';
import { useFeatures } from '../../api/queries';
import { Dialog } from '../../shared/ui/dialog';
import { Note } from '../../shared/ui/layout';

export function OAuthSignIn({ title, back, onClose }: { title: string; back: ReactNode; onClose: () => void; onMade: (account: Account) => void }) {
  const { t } = useTranslation();
  const features = useFeatures();
  return (
    <Dialog title={title} width={620} onClose={onClose} foot={back}>
      {features('POST', '/accounts/oauth/start') === false && <Note tone="info">{t('feature.missing')}</Note>}
    </Dialog>
  );
}
