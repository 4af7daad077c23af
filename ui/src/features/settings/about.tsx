import { useTranslation } from 'react-i18next';
import { setToken } from '../../api/session';
import { post } from '../../api/client';
import { useFeatures, useStatus } from '../../api/queries';
import { useFormats } from '../../shared/hooks';
import { Button, CopyButton } from '../../shared/ui/button';
import { Card, Facts, Note, Row, Skeleton } from '../../shared/ui/layout';

export function About() {
  const { t } = useTranslation();
  const f = useFormats();
  const features = useFeatures();
  const status = useStatus().data;
  if (!status) return <Skeleton rows={4} />;
  const leave = async () => {
    if (features('POST', '/logout')) await post('/logout').catch(() => undefined);
    setToken(null);
  };
  return (
    <>
      <Card title={t('app.name')}>
        <Facts
          items={[
            [t('about.version'), status.version],
            [t('about.address'), <span key="a" className="mono">{status.proxy.address}</span>],
            [t('about.admin'), <span key="b" className="mono">{window.location.origin}</span>],
            [t('about.running'), f.duration(status.uptime_s * 1000)],
            [t('about.pid'), String(status.pid)],
            [t('about.workers'), f.number(status.workers)],
            [t('about.requests'), f.number(status.ledger.requests)],
            [t('about.ledger'), f.bytes(status.ledger.bytes)],
            [t('about.dropped'), status.ledger.dropped + status.ledger.lost > 0 ? f.number(status.ledger.dropped + status.ledger.lost) : ''],
          ]}
        />
        <Row>
          <CopyButton text={JSON.stringify(status, null, 2)}>{t('about.copy')}</CopyButton>
          <Button onClick={() => void leave()}>{t('about.leave')}</Button>
        </Row>
      </Card>
      <Note tone="idle">{t('about.what')}</Note>
    </>
  );
}
