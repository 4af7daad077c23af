// Starting and stopping the clients' port, from wherever it is asked for: the page, the palette, the keyboard.
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../api/client';
import { useChange, useFeatures, useStatus } from '../api/queries';
import { Confirm } from '../shared/ui/dialog';
import { useErrorText } from '../shared/ui/layout';
import { toast } from '../shared/ui/toast';

export interface ProxySwitch {
  can: boolean | undefined;
  running: boolean | undefined;
  busy: boolean;
  toggle: () => void;
  dialog: ReactNode;
}

export function useProxySwitch(): ProxySwitch {
  const { t } = useTranslation();
  const status = useStatus();
  const features = useFeatures();
  const errorText = useErrorText();
  const [asking, setAsking] = useState(false);
  const change = useChange((action: 'start' | 'stop') => post<unknown>(`/proxy/${action}`));
  const running = status.data?.proxy.running;
  const can = features('POST', '/proxy/stop');
  const inFlight = status.data?.proxy.in_flight ?? 0;
  const run = async (action: 'start' | 'stop') => {
    try {
      await change.mutateAsync(action);
      toast({ tone: 'ok', text: t(action === 'start' ? 'proxy.started' : 'proxy.stopped_done') });
    } catch (error) {
      const { text, remedy } = errorText(error);
      toast({ tone: 'danger', text: `${text} ${remedy}` });
    }
  };
  const toggle = () => {
    if (!can || running === undefined) {
      toast({ tone: 'info', text: t('feature.missing') });
    } else if (running && inFlight > 0) {
      setAsking(true);
    } else {
      void run(running ? 'stop' : 'start');
    }
  };
  const dialog = asking ? (
    <Confirm title={t('proxy.stop.title')} action={t('proxy.stop')} onConfirm={() => run('stop')} onClose={() => setAsking(false)}>
      {t('proxy.stop.in_flight', { count: inFlight })}
    </Confirm>
  ) : null;
  return { can, running, busy: change.isPending, toggle, dialog };
}
