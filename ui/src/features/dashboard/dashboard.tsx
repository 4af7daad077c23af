import { ChartColumn, Table as TableIcon } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { RequestRow } from '../../api/model';
import { useAccounts, useRequests, useStats, useStatus } from '../../api/queries';
import { useFormats, useLiveEvents } from '../../shared/hooks';
import { slices } from '../../shared/charts/scale';
import buttons from '../../shared/ui/button.module.css';
import { Button, CopyButton } from '../../shared/ui/button';
import { Card, Page, Problem, Skeleton } from '../../shared/ui/layout';
import { rowsOf, total, zero } from '../stats/measure';
import { useRange } from '../stats/range-state';
import { outcomeOf } from '../trace/classes';
import { Attention } from './attention';
import css from './dashboard.module.css';
import { FirstSteps } from './first-steps';
import { Newest } from './newest';
import { outcomeSeries } from './outcomes';
import { Tiles } from './tiles';
import { verdictOf } from './verdict';

const TimeBars = lazy(() => import('../../shared/charts/bars').then((module) => ({ default: module.TimeBars })));
const SAMPLE = 200; // the newest requests, for what the sums do not hold

export function Dashboard() {
  const { t } = useTranslation();
  const range = useRange();
  const status = useStatus();
  const accounts = useAccounts();
  const stats = useStats('provider', range.since, range.until, range.slice);
  const recent = useRequests({ limit: SAMPLE, since_ms: range.since });
  const failed = useRequests({ limit: 500, since_ms: range.since, failures: true });
  useLiveEvents((event) => {
    if (event.type !== 'request.finished' && event.type !== 'tick') return;
    void recent.refetch();
    void stats.refetch();
    if (event.type === 'tick' || (event.data as RequestRow | null)?.class) void failed.refetch();
  });
  const rows = recent.data?.requests ?? [];
  const sums = useMemo(() => total(stats.data ?? []), [stats.data]);
  const recovered = rows.filter((row) => outcomeOf(row) === 'recovered').length;
  if (status.isError && !status.data) return <Page title={t('page.dashboard')}><Problem error={status.error} retry={() => void status.refetch()} /></Page>;
  if (!status.data || !accounts.data) return <Page title={t('page.dashboard')}><Skeleton rows={4} height={84} /></Page>;
  const verdict = verdictOf({ status: status.data, accounts: accounts.data, requests: sums.requests, failures: sums.failures, recovered });
  return (
    <Page title={t('page.dashboard')}>
      <Headline kind={verdict.kind} tone={verdict.tone} action={verdict.action} requests={sums.requests} failures={sums.failures} recovered={recovered} />
      {verdict.kind === 'setup' && <FirstSteps />}
      {(verdict.kind !== 'setup' || sums.requests > 0) && <Tiles sums={sums} rows={rows} accounts={accounts.data} stats={stats.data ?? []} range={range} />}
      <div className={css.columns}>
        <div>
          <Traffic stats={stats.data} failures={failed.data?.requests ?? []} range={range} />
          <Newest rows={rows} loaded={recent.data !== undefined} />
        </div>
        <div>
          <Attention accounts={accounts.data} status={status.data} />
          <Bases host={status.data.proxy.address} />
        </div>
      </div>
    </Page>
  );
}

interface HeadlineProps {
  kind: string;
  tone: string;
  action: { label: string; href: string } | undefined;
  requests: number;
  failures: number;
  recovered: number;
}
function Headline({ kind, tone, action, requests, failures, recovered }: HeadlineProps) {
  const { t } = useTranslation();
  const f = useFormats();
  const answered = requests > 0 ? f.percent(1 - failures / requests) : '';
  const values = { count: kind === 'recovering' ? recovered : requests, shown: f.number(kind === 'recovering' ? recovered : requests), answered, failed: f.number(failures) };
  return (
    <section className={css.head} aria-label={t('dash.verdict')}>
      <div className={css.verdict} role="status">
        <p>
          {t(`dash.${kind}`, values)}
          <span className={css.stop} data-tone={tone} aria-hidden>.</span>
          <small>{t(`dash.${kind}.text`, values)}</small>
        </p>
      </div>
      {action && <Link href={action.href} className={`${buttons.button} ${kind === 'setup' || tone !== 'ok' ? buttons.primary : ''}`}>{t(action.label)}</Link>}
    </section>
  );
}

function Traffic({ stats, failures, range }: { stats: Parameters<typeof rowsOf>[0] | undefined; failures: RequestRow[]; range: ReturnType<typeof useRange> }) {
  const { t } = useTranslation();
  const f = useFormats();
  const [asTable, setAsTable] = useState(false);
  const slots = useMemo(() => slices(range.since, range.until, range.slice), [range]);
  const series = useMemo(() => {
    const bySlot = new Map<number, ReturnType<typeof zero>>();
    for (const row of rowsOf(stats ?? [], range.slice)) {
      for (const [slot, one] of row.bySlot) {
        const there = bySlot.get(slot) ?? zero();
        there.requests += one.requests;
        there.failures += one.failures;
        bySlot.set(slot, there);
      }
    }
    return outcomeSeries(slots, range.slice, bySlot, failures, (outcome) => t(`outcome.${outcome}`), t('outcome.older_failures'));
  }, [stats, failures, slots, range.slice, t]);
  return (
    <Card title={t('dash.traffic')} actions={<Button small look="quiet" icon={asTable ? ChartColumn : TableIcon} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{t(asTable ? 'chart.as_chart' : 'chart.as_table')}</Button>}>
      {stats ? (
        <Suspense fallback={<Skeleton rows={1} height={200} />}>
          <TimeBars label={t('dash.traffic')} slots={slots} slice={range.slice} series={series} format={f.compact} table={asTable} running />
        </Suspense>
      ) : (
        <Skeleton rows={1} height={200} />
      )}
    </Card>
  );
}

function Bases({ host }: { host: string }) {
  const { t } = useTranslation();
  const rows: [string, string][] = [['OpenAI', `${host}/v1`], ['Anthropic', host], ['Gemini', host]];
  return (
    <Card title={t('connect.base_url')} actions={<Link href="/proxy/clients">{t('dash.snippets')}</Link>}>
      <ul className={css.bases}>
        {rows.map(([name, url]) => (
          <li key={name}>
            <span style={{ minInlineSize: 72 }}>{name}</span>
            <code className="cut">{url}</code>
            <CopyButton small text={url} label={t('copy.url', { url: `${name}: ${url}` })} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
