// From the gateway's sums per slice to what charts and tables show. All pure.
import type { Stat } from '../../api/model';

export type Measure = 'tokens' | 'input' | 'output' | 'cached' | 'reasoning' | 'requests' | 'failures' | 'latency' | 'cost';
export const MEASURES: Measure[] = ['tokens', 'input', 'output', 'cached', 'reasoning', 'requests', 'failures', 'latency', 'cost'];

export interface Sums {
  requests: number;
  failures: number;
  input: number;
  output: number;
  cached: number;
  reasoning: number;
  latency: number; // summed ms
  cost: number; // dollars at list price, of the priced requests
  guessed: number; // the part of it that rests on estimated tokens
  priced: number; // requests
  unpriced: number; // requests whose price nobody knows: they are in no cost
}
export const zero = (): Sums => ({ requests: 0, failures: 0, input: 0, output: 0, cached: 0, reasoning: 0, latency: 0, cost: 0, guessed: 0, priced: 0, unpriced: 0 });

export function added(sums: Sums, stat: Stat): Sums {
  sums.requests += stat.requests;
  sums.failures += stat.failures;
  sums.input += stat.input_tokens;
  sums.output += stat.output_tokens;
  sums.cached += stat.cache_read_tokens;
  sums.reasoning += stat.reasoning_tokens;
  sums.latency += stat.latency_ms_sum;
  sums.cost += stat.cost_usd ?? 0;
  sums.guessed += stat.estimated_cost_usd;
  sums.priced += stat.priced;
  sums.unpriced += stat.unpriced;
  return sums;
}
export const total = (stats: Stat[]): Sums => stats.reduce(added, zero());

export function valueOf(sums: Sums, measure: Measure): number {
  switch (measure) {
    case 'tokens': return sums.input + sums.output;
    case 'latency': return sums.requests > 0 ? sums.latency / sums.requests : 0;
    default: return sums[measure];
  }
}

// "$1.20", "$1.20 + ?" where some have no price, "?" where none has, "–" where there is nothing to pay for.
export function costOf(sums: Sums, dollars: (value: number) => string): string {
  if (sums.priced === 0) return sums.unpriced > 0 ? '?' : '–';
  return sums.unpriced > 0 ? `${dollars(sums.cost)} + ?` : dollars(sums.cost);
}

export interface Row {
  key: string;
  sums: Sums;
  bySlot: Map<number, Sums>;
}

export function rowsOf(stats: Stat[], slice: number): Row[] {
  const rows = new Map<string, Row>();
  for (const stat of stats) {
    const row = rows.get(stat.key) ?? { key: stat.key, sums: zero(), bySlot: new Map<number, Sums>() };
    rows.set(stat.key, row);
    added(row.sums, stat);
    const slot = slice > 0 ? Math.floor(stat.slice_begin_ms / slice) * slice : 0;
    row.bySlot.set(slot, added(row.bySlot.get(slot) ?? zero(), stat));
  }
  return [...rows.values()];
}

// The largest rows by name and one for the rest, so that a chart stays readable.
export function topRows(rows: Row[], measure: Measure, count = 6): { top: Row[]; other: Row | undefined } {
  const sorted = [...rows].sort((a, b) => valueOf(b.sums, measure) - valueOf(a.sums, measure));
  const rest = sorted.slice(count);
  if (rest.length === 0) return { top: sorted, other: undefined };
  const other: Row = { key: '', sums: zero(), bySlot: new Map() };
  for (const row of rest) {
    merge(other.sums, row.sums);
    for (const [slot, sums] of row.bySlot) {
      const there = other.bySlot.get(slot) ?? zero();
      other.bySlot.set(slot, merge(there, sums));
    }
  }
  return { top: sorted.slice(0, count), other };
}
function merge(into: Sums, from: Sums): Sums {
  for (const key of Object.keys(into) as (keyof Sums)[]) into[key] += from[key];
  return into;
}

// Monday first, local time.
export function heatOf(stats: Stat[], measure: Measure): number[][] {
  const sums = Array.from({ length: 7 }, () => Array.from({ length: 24 }, zero));
  for (const stat of stats) {
    const at = new Date(stat.slice_begin_ms);
    const cell = sums[(at.getDay() + 6) % 7]?.[at.getHours()];
    if (cell) added(cell, stat);
  }
  return sums.map((row) => row.map((cell) => valueOf(cell, measure)));
}

export function csvOf(head: string[], rows: (string | number)[][]): string {
  const cell = (value: string | number) => {
    const text = String(value);
    // A cell that begins like a formula would be run by a spreadsheet.
    const safe = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\n');
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const RANGES: Record<string, { span: number; slice: number }> = {
  '24h': { span: DAY, slice: HOUR },
  '7d': { span: 7 * DAY, slice: 6 * HOUR },
  '30d': { span: 30 * DAY, slice: DAY },
  '12w': { span: 84 * DAY, slice: 7 * DAY },
};
export function sliceFor(span: number): number {
  return [60_000, 300_000, 900_000, HOUR, 6 * HOUR, DAY, 7 * DAY].find((one) => span / one <= 60) ?? 30 * DAY;
}
