import { ChartColumn, Download, Table as TableIcon } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Stat, StatBy } from '../../api/model';
import { useAccounts, useStats } from '../../api/queries';
import { TimeBars } from '../../shared/charts/bars';
import { colours, slices } from '../../shared/charts/scale';
import { HeatMap, Shares } from '../../shared/charts/small';
import { saveFile } from '../../shared/clipboard';
import { useFormats, useUrlState } from '../../shared/hooks';
import { Button } from '../../shared/ui/button';
import { Segments, Select } from '../../shared/ui/form';
import { Card, Empty, layout, Page, Problem, Skeleton } from '../../shared/ui/layout';
import { costOf, csvOf, heatOf, type Measure, MEASURES, type Row, rowsOf, topRows, total, valueOf, zero } from './measure';
import { RangePicker } from './range';
import { useRange } from './range-state';
import css from './stats.module.css';
import { Totals } from './totals';

const BY: StatBy[] = ['model', 'account', 'client', 'provider'];

export default function Stats() {
  const { t } = useTranslation();
  const range = useRange();
  const [by, setBy] = useUrlState('by', 'model');
  const [measure, setMeasure] = useUrlState('measure', 'tokens');
  const group = BY.includes(by as StatBy) ? (by as StatBy) : 'model';
  const what = MEASURES.includes(measure as Measure) ? (measure as Measure) : 'tokens';
  const stats = useStats(group, range.since, range.until, range.slice);
  const before = useStats('provider', range.since - (range.until - range.since), range.since, 0);
  const data = stats.data;
  return (
    <Page title={t('page.stats')}>
      <div className={css.bar}>
        <RangePicker range={range} />
        <span className={css.spacer} />
        <Select label={t('stats.measure')} hideLabel value={what} onText={setMeasure} options={MEASURES.map((one) => ({ value: one, label: t(`measure.${one}`) }))} />
        <Segments label={t('stats.by')} value={group} onChange={(next) => setBy(next)} options={BY.map((one) => ({ value: one, label: t(`stats.by.${one}`) }))} />
      </div>
      {stats.isError && <Problem error={stats.error} retry={() => void stats.refetch()} />}
      {!data && !stats.isError && <Skeleton rows={3} height={120} />}
      {data?.length === 0 && <Nothing />}
      {data && data.length > 0 && (
        <>
          <Totals now={total(data)} before={before.data ? total(before.data) : undefined} />
          <Charts data={data} group={group} measure={what} range={range} />
        </>
      )}
    </Page>
  );
}

function Nothing() {
  const { t } = useTranslation();
  return (
    <Card>
      <Empty icon={ChartColumn} title={t('stats.empty.title')} actions={<Link href="/proxy/clients">{t('connect.title')}</Link>}>
        {t('stats.empty.text')}
      </Empty>
    </Card>
  );
}

// The built-in answerer has an account that no list shows.
const DEMO = 'acc_demo';

export function useNames(group: StatBy): (key: string) => string {
  const { t } = useTranslation();
  const accounts = useAccounts().data ?? [];
  const labels = new Map([[DEMO, 'demo'], ...accounts.map((one): [string, string] => [one.id, one.label])]);
  return (key) => (key === '' ? t(group === 'client' ? 'stats.no_key' : 'stats.none') : group === 'account' ? (labels.get(key) ?? key) : key);
}

function Charts({ data, group, measure, range }: { data: Stat[]; group: StatBy; measure: Measure; range: ReturnType<typeof useRange> }) {
  const { t } = useTranslation();
  const f = useFormats();
  const nameOf = useNames(group);
  const [asTable, setAsTable] = useState(false);
  const rows = useMemo(() => rowsOf(data, range.slice), [data, range.slice]);
  const { top, other } = useMemo(() => topRows(rows, measure), [rows, measure]);
  const slots = useMemo(() => slices(range.since, range.until, range.slice), [range.since, range.until, range.slice]);
  const palette = colours(top.map((one) => one.key));
  const format = measure === 'latency' ? f.duration : measure === 'cost' ? f.dollars : f.compact;
  const unpriced = measure === 'cost' ? total(data).unpriced : 0;
  const seriesOf = (row: Row, label: string, colour: string) => ({ id: row.key || label, label, colour, values: slots.map((slot) => valueOf(row.bySlot.get(slot) ?? zero(), measure)) });
  const series = [...top.map((row) => seriesOf(row, nameOf(row.key), palette.get(row.key) ?? 'var(--series-other)')), ...(other ? [seriesOf(other, t('chart.other'), 'var(--series-other)')] : [])];
  const shares = [...top, ...(other ? [other] : [])].map((row) => ({ id: row.key, label: row === other ? t('chart.other') : nameOf(row.key), value: valueOf(row.sums, measure), colour: palette.get(row.key) ?? 'var(--series-other)' }));
  const title = t('stats.chart', { measure: t(`measure.${measure}`), by: t(`stats.per.${group}`) });
  return (
    <>
      <Card title={title} actions={<Button small look="quiet" icon={asTable ? ChartColumn : TableIcon} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>{t(asTable ? 'chart.as_chart' : 'chart.as_table')}</Button>}>
        <TimeBars label={title} slots={slots} slice={range.slice} series={series} format={format} least={measure === 'cost' ? 0 : 4} height={240} table={asTable} running={range.live} />
        {unpriced > 0 && <p className={css.note}>{t('stats.unpriced', { count: unpriced, shown: f.number(unpriced) })}. {t('stats.unpriced.add')}</p>}
        <p className={css.note}>{t('stats.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</p>
      </Card>
      <div className={css.two}>
        {measure !== 'latency' && <Card title={t('stats.share')}><Shares rows={shares} format={format} /></Card>}
        <Heat group={group} measure={measure} range={range} format={format} />
      </div>
      <Groups rows={rows} group={group} nameOf={nameOf} />
    </>
  );
}

function Heat({ group, measure, range, format }: { group: StatBy; measure: Measure; range: ReturnType<typeof useRange>; format: (value: number) => string }) {
  const { t } = useTranslation();
  const hourly = useStats(group, range.since, range.until, 3_600_000);
  if (!hourly.data) return null;
  return (
    <Card title={t('stats.heat')}>
      <HeatMap cells={heatOf(hourly.data, measure)} label={t('stats.heat')} format={format} />
    </Card>
  );
}

function Groups({ rows, group, nameOf }: { rows: Row[]; group: StatBy; nameOf: (key: string) => string }) {
  const { t } = useTranslation();
  const f = useFormats();
  const all = useMemo(() => [...rows].sort((a, b) => valueOf(b.sums, 'tokens') - valueOf(a.sums, 'tokens') || b.sums.requests - a.sums.requests), [rows]);
  const everything = all.reduce((sum, row) => sum + valueOf(row.sums, 'tokens'), 0) || 1;
  const head = ['requests', 'input', 'cached', 'output', 'reasoning', 'cost', 'share', 'answered', 'latency'];
  const save = () => {
    const lines = all.map(({ key, sums }) => [nameOf(key), sums.requests, sums.failures, sums.input, sums.cached, sums.output, sums.reasoning, Math.round(valueOf(sums, 'latency')), sums.priced ? sums.cost : '', sums.unpriced]);
    saveFile(`usage-by-${group}.csv`, csvOf([group, 'requests', 'failures', 'input_tokens', 'cached_tokens', 'output_tokens', 'reasoning_tokens', 'average_ms', 'cost_usd', 'without_price'], lines), 'text/csv');
  };
  const filterOf: Record<StatBy, string> = { model: 'model', account: 'account', client: 'client', provider: 'provider' };
  return (
    <Card title={t(`stats.by.${group}`)} flush actions={<Button small icon={Download} onClick={save}>{t('stats.export')}</Button>}>
      <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t(`stats.by.${group}`)}>
        <table className={layout.table}>
          <thead>
            <tr>
              <th scope="col">{t(`stats.by.${group}`)}</th>
              {head.map((one) => <th key={one} scope="col" className={layout.right}>{t(`stats.col.${one}`)}</th>)}
            </tr>
          </thead>
          <tbody>
            {all.map(({ key, sums }) => (
              <tr key={key}>
                <td>{key ? <Link href={`/monitor?q=${encodeURIComponent(`${key === DEMO ? 'provider' : filterOf[group]}:${/\s/.test(nameOf(key)) ? `"${nameOf(key)}"` : nameOf(key)}`)}`}>{nameOf(key)}</Link> : nameOf(key)}</td>
                <td className={layout.right}>{f.number(sums.requests)}</td>
                {(['input', 'cached', 'output', 'reasoning'] as const).map((one) => <td key={one} className={layout.right} title={f.number(sums[one])}>{f.compact(sums[one])}</td>)}
                <td className={layout.right} title={sums.unpriced ? t('stats.unpriced', { count: sums.unpriced, shown: f.number(sums.unpriced) }) : undefined}>{costOf(sums, f.dollars)}</td>
                <td className={layout.right}>{f.percent(valueOf(sums, 'tokens') / everything)}</td>
                <td className={layout.right}>{sums.requests ? f.percent(1 - sums.failures / sums.requests) : '–'}</td>
                <td className={layout.right}>{f.duration(valueOf(sums, 'latency'))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
