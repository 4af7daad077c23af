import { CircleDot, Square } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { recordingApi, useChange, useFeatures, useRecording } from '../../api/queries';
import { useFormats, useNow } from '../../shared/hooks';
import { Button } from '../../shared/ui/button';
import { Chip, useErrorText } from '../../shared/ui/layout';
import { Menu } from '../../shared/ui/menu';
import { toast } from '../../shared/ui/toast';

const MINUTES = [5, 15, 60];

// Whose bodies are kept, and a switch that keeps all of them for a while and ends by itself.
export function RecordingSwitch({ bodies }: { bodies: string }) {
  const { t } = useTranslation();
  const f = useFormats();
  const now = useNow();
  const features = useFeatures();
  const errorText = useErrorText();
  const recording = useRecording();
  const change = useChange((minutes: number) => (minutes > 0 ? recordingApi.start(minutes) : recordingApi.stop()));
  const run = async (minutes: number) => {
    try {
      await change.mutateAsync(minutes);
    } catch (error) {
      toast({ tone: 'danger', text: errorText(error).text });
    }
  };
  const left = (recording.data?.until_ms ?? 0) - now;
  if (recording.data?.on && left > 0) {
    return (
      <>
        <span role="status"><Chip tone="warn" icon={CircleDot}>{t('record.on')}</Chip></span>
        <span className="num" title={f.dateTime(now + left)}>{f.remaining(left)}</span>
        <Button manages small icon={Square} disabled={change.isPending} onClick={() => void run(0)}>{t('record.stop')}</Button>
      </>
    );
  }
  return (
    <>
      <Link href="/settings/data">{t(`monitor.bodies.${bodies}`)}</Link>
      {features('POST', '/recording') && bodies !== 'all' && (
        <Menu manages small icon={CircleDot} label={t('record.start')} disabled={change.isPending} items={MINUTES.map((count) => ({ label: t('record.for', { count }), run: () => void run(count) }))}>{t('record.start')}</Menu>
      )}
    </>
  );
}
