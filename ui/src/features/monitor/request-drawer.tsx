import { Ellipsis, Pin, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { get, post } from '../../api/client';
import type { RequestRow, Trace } from '../../api/model';
import { useChange, useFeatures, useStatus, useTrace } from '../../api/queries';
import { copyText, saveFile } from '../../shared/clipboard';
import { useFormats, useUrlState } from '../../shared/hooks';
import { useShortcuts } from '../../shared/shortcuts';
import { Confirm } from '../../shared/ui/dialog';
import { Drawer } from '../../shared/ui/drawer';
import { Note, Problem, Skeleton, useErrorText } from '../../shared/ui/layout';
import { Menu } from '../../shared/ui/menu';
import { Tabs } from '../../shared/ui/tabs';
import { toast } from '../../shared/ui/toast';
import { outcomeOf } from '../trace/classes';
import { report } from '../trace/remedies';
import { OutcomeChip, TraceStory } from '../trace/story';
import { Timing } from '../trace/timing';
import { Body } from './body';
import { Compare } from './compare';
import { curlFor } from './curl';
import { harOf, type KeptMessage } from './har';
import { RequestOverview } from './request-overview';

const TABS = ['trace', 'overview', 'client', 'upstream', 'upstream_reply', 'reply', 'timing'];
const BODIES = ['client', 'upstream', 'upstream_reply', 'reply'];

export function RequestDrawer({ id, row, onClose }: { id: string; row: RequestRow | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const f = useFormats();
  const [tab, setTab] = useUrlState('tab', 'trace');
  const running = row?.in_flight === true;
  const trace = useTrace(running ? undefined : id);
  const data = trace.data;
  const actions = useRequestActions(data);
  const [pinned, setPinned] = useUrlState('pin');
  const tabs = pinned && pinned !== id ? [...TABS, 'compare'] : TABS;
  const shown = tabs.includes(tab) ? tab : 'trace';
  const step = (by: number) => setTab(tabs[(tabs.indexOf(shown) + by + tabs.length) % tabs.length] ?? 'trace');
  const pin = { label: t(pinned === id ? 'request.unpin' : 'request.pin'), icon: Pin, separated: true, run: () => setPinned(pinned === id ? '' : id) };
  useShortcuts({ 'tab.next': () => step(1), 'tab.previous': () => step(-1), explain: () => setTab('trace'), curl: actions.curl, link: actions.link });
  return (
    <Drawer
      width={760}
      title={<span className="mono">{id}</span>}
      sub={row && <><OutcomeChip outcome={outcomeOf(row)} /><span>{f.dateTime(row.started_ms)}</span></>}
      actions={<Menu look="quiet" icon={Ellipsis} label={t('request.actions')} items={data ? [...actions.items, pin] : []} />}
      tabs={<Tabs id="request" label={t('request.tabs')} value={shown} onChange={setTab} tabs={tabs.map((one) => ({ id: one, label: t(`request.tab.${one}`) }))} />}
      onClose={onClose}
    >
      <div role="tabpanel" id="request-panel" aria-labelledby={`request-tab-${shown}`} style={{ display: 'grid', gap: 16, minInlineSize: 0 }}>
        {running && <Note tone="info">{t('request.running')}</Note>}
        {trace.isError && <Problem error={trace.error} retry={() => void trace.refetch()} />}
        {!running && !data && !trace.isError && <Skeleton rows={4} height={48} />}
        {data && shown === 'trace' && <TraceStory trace={data} />}
        {data && shown === 'overview' && <RequestOverview trace={data} row={row} />}
        {data && shown === 'timing' && <Timing trace={data} />}
        {data && shown === 'compare' && <Compare pinned={pinned} trace={data} />}
        {data && pinned === id && shown === 'overview' && <Note tone="info">{t('request.pinned')}</Note>}
        {!running && BODIES.includes(shown) && <Body id={id} kind={shown} />}
      </div>
      {actions.dialog}
    </Drawer>
  );
}

function useRequestActions(trace: Trace | undefined) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const status = useStatus();
  const features = useFeatures();
  const errorText = useErrorText();
  const [replaying, setReplaying] = useState(false);
  const replay = useChange((id: string) => post<{ id?: string; status: number }>(`/requests/${encodeURIComponent(id)}/replay`, {}));
  const copied = (ok: boolean) => toast(ok ? { tone: 'ok', text: t('copy.done') } : { tone: 'danger', text: t('copy.failed') });
  const body = async (): Promise<string | undefined> => {
    if (!trace || !features('GET', '/requests/{id}/body/{kind}')) return undefined;
    return get<{ body: string }>(`/requests/${encodeURIComponent(trace.id)}/body/client`).then((kept) => kept.body, () => undefined);
  };
  const curl = () => {
    if (trace) void copyText(body().then((kept) => curlFor(trace, status.data?.proxy.address ?? 'http://127.0.0.1:8045', kept))).then(copied);
  };
  const kept = (id: string, kind: string) => get<KeptMessage>(`/requests/${encodeURIComponent(id)}/body/${kind}`).catch(() => undefined);
  const har = async () => {
    if (!trace) return;
    const can = features('GET', '/requests/{id}/body/{kind}') === true;
    const [sent, came] = can ? await Promise.all([kept(trace.id, 'client'), kept(trace.id, 'reply')]) : [];
    saveFile(`${trace.id}.har`, harOf(trace, status.data?.proxy.address ?? '', status.data?.version ?? '', sent, came));
  };
  const link = () => void copyText(window.location.href).then(copied);
  const run = async () => {
    if (!trace) return;
    try {
      const made = await replay.mutateAsync(trace.id);
      const to = made.id;
      toast({ tone: 'ok', text: t('request.replayed', { status: made.status }), ...(to && { action: { label: t('request.show'), run: () => navigate(`/monitor/${to}`) } }) });
    } catch (error) {
      toast({ tone: 'danger', text: errorText(error).text });
    }
  };
  const items = trace
    ? [
        { label: t('request.curl'), run: curl },
        { label: t('request.link'), run: link },
        { label: t('request.har'), run: () => void har() },
        { label: t('trace.report'), run: () => void copyText(report(trace)).then(copied) },
        { label: t('request.test_routing'), run: () => navigate(`/proxy/routing?model=${encodeURIComponent(trace.model)}&dialect=${trace.dialect}`) },
        ...(features('POST', '/requests/{id}/replay') ? [{ label: t('request.replay'), icon: RotateCcw, separated: true, run: () => setReplaying(true) }] : []),
      ]
    : [];
  const dialog = replaying ? <Confirm title={t('request.replay')} action={t('request.replay')} onConfirm={run} onClose={() => setReplaying(false)}>{t('request.replay.text')}</Confirm> : null;
  return { items, curl, link, dialog };
}
