import { CircleAlert, CircleCheck, CircleDashed, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { RequestRow } from '../../api/model';
import { useAccounts, useModels, useStatus } from '../../api/queries';
import { useProxySwitch } from '../../app/use-proxy-switch';
import { Button, CopyButton } from '../../shared/ui/button';
import { Card, Note, Problem, Skeleton } from '../../shared/ui/layout';
import { canServe } from '../accounts/state';
import { ConnectPanel } from '../proxy/connect';
import css from './onboarding.module.css';

type CheckState = 'ok' | 'bad' | 'open';
function CheckLine({ state, title, children }: { state: CheckState; title: ReactNode; children?: ReactNode }) {
  const { t } = useTranslation();
  const Icon = { ok: CircleCheck, bad: CircleAlert, open: CircleDashed }[state];
  return (
    <li>
      <Icon size={20} color={`var(--${{ ok: 'ok', bad: 'danger', open: 'idle' }[state]}-mark)`} aria-label={t(`check.${state}`)} />
      <span>{title}</span>
      {children}
    </li>
  );
}

export function GatewayStep() {
  const { t } = useTranslation();
  const status = useStatus();
  const proxy = useProxySwitch();
  if (status.isError) return <Problem error={status.error} retry={() => void status.refetch()} />;
  if (!status.data) return <Skeleton rows={2} height={48} />;
  const { running, address, open_to_lan, keys_demanded } = status.data.proxy;
  return (
    <ul className={css.checks}>
      <CheckLine state={running ? 'ok' : 'bad'} title={<>{t(running ? 'proxy.running' : 'proxy.stopped')} <code>{address}</code></>}>
        {running ? <CopyButton small text={address} label={t('bar.copy', { address })} /> : <Button look="primary" icon={Play} disabled={proxy.busy} onClick={proxy.toggle}>{t('proxy.start')}</Button>}
      </CheckLine>
      <CheckLine state={open_to_lan && !keys_demanded ? 'bad' : 'ok'} title={t(open_to_lan ? 'bar.lan' : 'welcome.local_only')} />
      <CheckLine state="ok" title={t(keys_demanded ? 'bar.keys' : 'welcome.no_keys')} />
    </ul>
  );
}

export function HealthStep() {
  const { t } = useTranslation();
  const status = useStatus().data;
  const accounts = useAccounts().data ?? [];
  const models = useModels().data ?? [];
  const ready = accounts.filter(canServe);
  const families = new Set(ready.map((one) => one.provider));
  const known = models.filter((one) => one.listed && families.has(one.provider)).length + ready.reduce((sum, one) => sum + one.models.length, 0);
  const running = status?.proxy.running ?? false;
  const url = `${status?.proxy.address ?? ''}/healthz`;
  return (
    <ul className={css.checks}>
      <CheckLine state={running ? 'ok' : 'bad'} title={<>{t('welcome.health.port')} <code>{url}</code></>}>
        <a href={url} target="_blank" rel="noreferrer">{t('welcome.health.open')}</a>
      </CheckLine>
      <CheckLine state={ready.length > 0 ? 'ok' : 'bad'} title={t('welcome.health.accounts', { count: ready.length })}>
        {ready.length === 0 && <Link href={accounts.length === 0 ? '/welcome/account' : '/accounts'}>{t(accounts.length === 0 ? 'accounts.add' : 'dash.open_accounts')}</Link>}
      </CheckLine>
      <CheckLine state={known > 0 ? 'ok' : 'open'} title={known > 0 ? t('welcome.health.models', { count: known }) : t('welcome.health.any_model')} />
    </ul>
  );
}

export function ClientStep({ rows }: { rows: RequestRow[] }) {
  const { t } = useTranslation();
  return (
    <>
      <Card><ConnectPanel /></Card>
      {rows.length === 0 ? <p role="status" className={css.dots}>{t('welcome.waiting')}</p> : <Note tone="ok" role="status">{t('welcome.seen', { count: rows.length })} <Link href="/welcome/answer">{t('welcome.answer.step')}</Link></Note>}
    </>
  );
}
