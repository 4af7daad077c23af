import { type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Account, RequestRow, Stat } from '../../api/model';
import { percentile, slices } from '../../shared/charts/scale';
import { Spark } from '../../shared/charts/small';
import { useFormats } from '../../shared/hooks';
import { canServe, stateOf } from '../accounts/state';
import { rowsOf, type Sums } from '../stats/measure';
import type { Range } from '../stats/range-state';
import css from './dashboard.module.css';

interface TilesProps {
  sums: Sums;
  rows: RequestRow[];
  accounts: Account[];
  stats: Stat[];
  range: Range;
}

export function Tiles({ sums, rows, accounts, stats, range }: TilesProps) {
  const { t } = useTranslation();
  const f = useFormats();
  const slots = slices(range.since, range.until, range.slice);
  const all = rowsOf(stats.map((one) => ({ ...one, key: '' })), range.slice)[0]?.bySlot;
  const run = (of: (sums: Sums) => number) => slots.map((slot) => { const there = all?.get(slot); return there ? of(there) : 0; });
  const first = rows.map((row) => row.first_byte_ms).filter((one): one is number => one !== null);
  const p50 = percentile(first, 0.5);
  const p95 = percentile(first, 0.95);
  const ready = accounts.filter(canServe).length;
  return (
    <section className={css.tiles} aria-label={t('dash.tiles')}>
      <Tile name={t('tile.requests')} href="/monitor?range=24h" value={f.compact(sums.requests)} note={t('range.24h')}><Spark values={run((one) => one.requests)} /></Tile>
      <Tile name={t('tile.success')} href="/monitor?q=is:failed&range=24h" value={sums.requests > 0 ? f.percent(1 - sums.failures / sums.requests) : '–'} note={sums.requests > 0 ? t('tile.failed', { count: sums.failures, shown: f.number(sums.failures) }) : ''}><Spark values={run((one) => one.requests - one.failures)} /></Tile>
      <Tile name={t('tile.first_byte')} href="/monitor?q=ttft:>1s" value={p50 === undefined ? '–' : f.duration(p50)} note={p95 === undefined ? '' : t('tile.p95', { time: f.duration(p95) })}><Spark values={first.slice(0, 40).reverse()} /></Tile>
      <Tile name={t('tile.tokens')} href="/stats" value={f.compact(sums.input + sums.output)} note={t('tile.in_out', { input: f.compact(sums.input), output: f.compact(sums.output) })}><Spark values={run((one) => one.input + one.output)} /></Tile>
      <Tile name={t('tile.ready')} href="/accounts" value={t('tile.of', { ready: f.number(ready), total: f.number(accounts.length) })} note={ready < accounts.length ? t('tile.not_ready', { count: accounts.length - ready }) : ''}>
        <span className={css.dots} aria-hidden>{accounts.slice(0, 24).map((one) => <i key={one.id} data-tone={stateOf(one).tone} />)}</span>
      </Tile>
    </section>
  );
}

function Tile({ name, href, value, note, children }: { name: string; href: string; value: string; note: string; children: ReactNode }) {
  return (
    <Link href={href} className={css.tile}>
      <span>{name}</span>
      <strong>{value}</strong>
      <small>{note}</small>
      {children}
    </Link>
  );
}
