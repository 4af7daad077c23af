import { CircleAlert, CircleCheck, ExternalLink, Play, RefreshCw, Square } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'wouter';
import { post } from '../../api/client';
import type { WireError } from '../../api/model';
import { useChange, useFeatures, useStatus } from '../../api/queries';
import { useProxySwitch } from '../../app/use-proxy-switch';
import { useFormats, useNow } from '../../shared/hooks';
import { Button, CopyButton } from '../../shared/ui/button';
import { Card, Chip, layout, Note, Page, Problem, Row, Skeleton } from '../../shared/ui/layout';
import { TabPanel, Tabs } from '../../shared/ui/tabs';
import { Access } from './access';
import { ConnectPanel } from './connect';
import { Endpoints } from './endpoints';
import { Keys } from './keys';
import { Limits } from './limits';
import css from './proxy.module.css';
import { Routing } from './routing';

const TABS = ['access', 'clients', 'keys', 'routing', 'limits', 'endpoints'];

export default function Proxy() {
  const { t } = useTranslation();
  const { tab } = useParams<{ tab?: string }>();
  const [, navigate] = useLocation();
  const shown = tab && TABS.includes(tab) ? tab : 'access';
  const status = useStatus();
  return (
    <Page title={t('page.proxy')}>
      {status.isError && <Problem error={status.error} retry={() => void status.refetch()} />}
      {status.data ? <Hero /> : <Skeleton rows={1} height={76} />}
      <Tabs id="proxy" label={t('page.proxy')} value={shown} onChange={(next) => navigate(`/proxy/${next}`)} tabs={TABS.map((id) => ({ id, label: t(`proxy.tab.${id}`) }))} />
      <TabPanel id="proxy" value={shown} className={css.body}>
        {shown === 'access' && <Access />}
        {shown === 'clients' && <Card title={t('connect.title')}><ConnectPanel /></Card>}
        {shown === 'keys' && <Keys />}
        {shown === 'routing' && <Routing />}
        {shown === 'limits' && <Limits />}
        {shown === 'endpoints' && <Endpoints />}
      </TabPanel>
    </Page>
  );
}

export interface SelfTest {
  ok?: boolean;
  checks?: { name: string; ok: boolean; status: number; expected_status: number; latency_ms: number; error?: WireError }[];
}

function Hero() {
  const { t } = useTranslation();
  const f = useFormats();
  const status = useStatus().data;
  const proxy = useProxySwitch();
  const features = useFeatures();
  const test = useChange(() => post<SelfTest>('/proxy/selftest'));
  const now = useNow();
  const [shown, setShown] = useState(false);
  if (!status) return null;
  const running = status.proxy.running;
  return (
    <>
      <section className={css.hero} aria-label={t('proxy.state')}>
        <div>
          <p className={css.big}>
            <span className={css.lamp} data-off={!running || undefined} aria-hidden />
            {t(running ? 'proxy.running' : 'proxy.stopped')}
          </p>
          <p className={css.dim}>
            <span className="mono">{status.proxy.address}</span>
            <CopyButton small text={status.proxy.address} label={t('bar.copy', { address: status.proxy.address })} />
            <span>
              {running && t('proxy.since', { time: f.duration(status.proxy.since_ms ? Math.max(0, now - status.proxy.since_ms) : status.uptime_s * 1000) })} · {t('proxy.served', { count: status.ledger.requests, shown: f.number(status.ledger.requests) })}
              {status.proxy.in_flight !== undefined && ` · ${t('bar.in_flight', { count: status.proxy.in_flight })}`}
            </span>
          </p>
        </div>
        <Row>
          {features('POST', '/proxy/selftest') && <Button manages icon={RefreshCw} disabled={test.isPending} onClick={() => { setShown(true); test.mutate(undefined); }}>{t('proxy.selftest')}</Button>}
          <a href={`${status.proxy.address}/healthz`} target="_blank" rel="noreferrer" style={{ display: 'inline-flex', gap: 4, alignItems: 'center' }}>/healthz <ExternalLink size={13} aria-label={t('action.new_tab')} /></a>
          {proxy.can !== false && (
            <Button manages look={running ? 'normal' : 'primary'} icon={running ? Square : Play} disabled={proxy.busy || proxy.can === undefined} onClick={proxy.toggle}>
              {t(running ? 'proxy.stop' : 'proxy.start')}
            </Button>
          )}
        </Row>
      </section>
      {proxy.can === false && <Note tone="idle">{t('proxy.no_switch')}</Note>}
      {shown && test.isError && <Problem error={test.error} retry={() => test.mutate(undefined)} />}
      {shown && test.data && <SelfTestResult result={test.data} />}
      {proxy.dialog}
    </>
  );
}

export function SelfTestResult({ result }: { result: SelfTest }) {
  const { t } = useTranslation();
  const f = useFormats();
  const checks = result.checks ?? [];
  return (
    <Card title={t(result.ok ? 'selftest.all_ok' : 'selftest.not_ok')} flush>
      <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('proxy.selftest')}>
        <table className={layout.table}>
          <tbody>
            {checks.map((one) => (
              <tr key={one.name}>
                <td><Chip tone={one.ok ? 'ok' : 'danger'} icon={one.ok ? CircleCheck : CircleAlert}>{t(one.ok ? 'selftest.ok' : 'selftest.failed')}</Chip></td>
                <td>{t(`selftest.${one.name}`, { defaultValue: one.name })}</td>
                <td className={layout.right}>{one.ok ? one.status : t('selftest.expected', { status: one.status || '–', expected: one.expected_status })}</td>
                <td className={layout.right}>{f.duration(one.latency_ms)}</td>
                <td>{one.error?.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
