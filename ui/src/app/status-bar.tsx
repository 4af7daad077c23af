import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useAccounts, useStatus } from '../api/queries';
import { canServe } from '../features/accounts/state';
import { copyText } from '../shared/clipboard';
import { useFormats, useLive, useNow } from '../shared/hooks';
import { toast } from '../shared/ui/toast';
import css from './shell.module.css';

// Is it on, who can reach it, can it serve? On every page.
export function StatusBar() {
  const { t } = useTranslation();
  const status = useStatus();
  const accounts = useAccounts();
  const now = status.data;
  const ready = accounts.data?.filter(canServe).length ?? 0;
  const address = now?.proxy.address.replace('http://', '') ?? '';
  const copy = async () => {
    const ok = await copyText(now?.proxy.address ?? '');
    toast(ok ? { tone: 'ok', text: t('bar.copied', { address: now?.proxy.address }) } : { tone: 'danger', text: t('copy.failed') });
  };
  return (
    <footer className={css.bar} aria-label={t('bar.label')}>
      {now && (
        <>
          <Link href="/proxy">
            <span className={css.lamp} data-tone={now.proxy.running ? 'ok' : 'hollow'} aria-hidden />
            {now.proxy.running ? t('bar.running') : t('bar.stopped')}
          </Link>
          <button type="button" onClick={copy} aria-label={t('bar.copy', { address })} title={t('bar.copy', { address })}>
            <span className="mono">{address}</span>
            <Copy size={12} aria-hidden />
          </button>
          <Link href="/proxy/access">{t(now.proxy.keys_demanded ? 'bar.keys' : 'bar.no_keys')} · {t(now.proxy.open_to_lan ? 'bar.lan' : 'bar.local')}</Link>
          <Link href="/accounts">{t('bar.ready', { count: ready, total: accounts.data?.length ?? now.accounts.total })}</Link>
          {now.proxy.in_flight !== undefined && <Link href="/monitor?q=is:inflight">{t('bar.in_flight', { count: now.proxy.in_flight })}</Link>}
        </>
      )}
      <span className={css.stretch} />
      <LiveSegment updated={status.dataUpdatedAt} />
    </footer>
  );
}

const tones = { live: 'ok', polling: 'ok', connecting: 'hollow', reconnecting: 'warn', offline: 'danger' };
function LiveSegment({ updated }: { updated: number }) {
  const { t } = useTranslation();
  const { state, since } = useLive();
  const f = useFormats();
  const now = useNow();
  const text = state === 'offline' && updated > 0
    ? t('live.offline_as_of', { time: f.time(updated) })
    : state === 'reconnecting'
      ? t('live.reconnecting', { time: f.duration(Math.max(0, now - since)) })
      : t(`live.${state}`);
  return (
    <span className={`${css.segment} ${css.last}`} role="status" title={t(`live.${state}.help`)}>
      <span className={css.lamp} data-tone={tones[state]} aria-hidden />
      {text}
    </span>
  );
}
