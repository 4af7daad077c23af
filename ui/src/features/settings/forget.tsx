import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { remove } from '../../api/client';
import { client, useFeatures, useStatus } from '../../api/queries';
import { useFormats } from '../../shared/hooks';
import { Button } from '../../shared/ui/button';
import { Confirm } from '../../shared/ui/dialog';
import { Card, Row } from '../../shared/ui/layout';
import { toast } from '../../shared/ui/toast';

// How much is remembered, and forgetting all of it.
export function Forget() {
  const { t } = useTranslation();
  const f = useFormats();
  const features = useFeatures();
  const ledger = useStatus().data?.ledger;
  const [asking, setAsking] = useState(false);
  if (!ledger || features('DELETE', '/requests') !== true) return null;
  const run = async () => {
    const { forgotten } = await remove<{ forgotten: number }>('/requests');
    await client.invalidateQueries();
    toast({ tone: 'ok', text: t('forget.done', { count: forgotten, shown: f.number(forgotten) }) });
  };
  return (
    <Card title={t('forget.title')}>
      <Row>
        <span>{t('forget.now', { count: ledger.requests, shown: f.number(ledger.requests), size: f.bytes(ledger.bytes) })}</span>
        <Button manages look="danger" onClick={() => setAsking(true)}>{t('forget.action')}</Button>
      </Row>
      {asking && (
        <Confirm title={t('forget.action')} action={t('forget.action')} onConfirm={run} onClose={() => setAsking(false)}>
          {t('forget.text', { count: ledger.requests, shown: f.number(ledger.requests) })}
        </Confirm>
      )}
    </Card>
  );
}
