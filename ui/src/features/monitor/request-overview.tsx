import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { RequestRow, Trace } from '../../api/model';
import { useFormats } from '../../shared/hooks';
import { Facts, Identity } from '../../shared/ui/layout';
import { clientOf } from './client-name';

export function RequestOverview({ trace, row }: { trace: Trace; row: RequestRow | undefined }) {
  const { t } = useTranslation();
  const f = useFormats();
  const served = (trace.attempts ?? []).findLast((one) => one.account_id !== '');
  const usage = trace.usage;
  const about = usage.estimated ? '≈ ' : '';
  const tokens = (value: number | undefined) => (value === undefined ? '–' : about + f.number(value));
  return (
    <Facts
      items={[
        [t('request.started'), f.dateTime(trace.started_ms)],
        [t('request.asked'), <span key="asked" className="mono">{trace.method} {trace.path}</span>],
        [t('request.protocol'), `${t(`dialect.${trace.dialect}`, { defaultValue: trace.dialect })}${trace.stream ? ` · ${t('request.stream')}` : ''}`],
        [t('monitor.col.client'), <Identity key="client">{[trace.client_key, clientOf(trace.user_agent)].filter(Boolean).join(' · ')}</Identity>],
        ['User-Agent', <span key="agent" className="mono">{trace.user_agent}</span>],
        [t('request.model'), served && served.model !== trace.model ? `${trace.model} → ${served.provider}/${served.model}` : trace.model],
        [t('monitor.col.account'), served && <Link key="account" href={`/accounts/${served.account_id}`}><Identity>{served.account}</Identity></Link>],
        [t('request.lane'), served && t(`lane.${served.lane}`, { defaultValue: served.lane })],
        [t('request.status'), trace.status || t('trace.client_gone')],
        [t('tokens.input'), tokens(usage.input)],
        [t('tokens.cached'), usage.cache_read === undefined ? '' : tokens(usage.cache_read)],
        [t('tokens.output'), tokens(usage.output)],
        [t('tokens.reasoning'), usage.reasoning === undefined ? '' : tokens(usage.reasoning)],
        [t('timing.cost'), trace.cost_usd === null || trace.cost_usd === undefined ? (usage.input === undefined ? '' : t('timing.cost.unknown')) : f.dollars(trace.cost_usd)],
        [t('timing.to_first'), trace.first_byte_ms === undefined ? '–' : f.duration(trace.first_byte_ms)],
        [t('timing.total'), f.duration(trace.total_ms ?? row?.latency_ms ?? 0)],
        [t('request.bytes'), `${f.bytes(trace.bytes_in)} → ${f.bytes(trace.bytes_out)}`],
        [t('request.losses'), trace.losses?.length ? String(trace.losses.filter((one) => one.weight !== 'harmless').length) : ''],
      ]}
    />
  );
}
