// The Monitor's filter language: `status:>=400 class:quota_exhausted -client:curl "slow one"`. Space is and, a comma is
// or, a minus is not. A token that cannot be understood is kept, named, and does not filter.
import type { RequestRow } from '../../api/model';
import type { RequestFilter } from '../../api/queries';
import { isFailure, outcomeOf } from '../trace/classes';

export type Op = '=' | '>' | '<' | '>=' | '<=';
export interface Term {
  field: string; // text: a bare word
  op: Op;
  values: string[];
  not: boolean;
  source: string;
}
export interface Wrong {
  source: string;
  why: 'field' | 'value' | 'op';
  near?: string | undefined;
}
export interface Filter {
  terms: Term[];
  wrong: Wrong[];
}

type Kind = 'word' | 'number' | 'time' | 'count';
const slow_ms = 10_000;

export const FIELDS: Record<string, { kind: Kind; of: (row: RequestRow) => string | number | null }> = {
  status: { kind: 'number', of: (row) => row.status },
  class: { kind: 'word', of: (row) => row.class },
  code: { kind: 'word', of: (row) => row.code },
  client: { kind: 'word', of: (row) => `${row.client_key}\n${row.user_agent}` },
  model: { kind: 'word', of: (row) => row.model },
  served: { kind: 'word', of: (row) => row.upstream_model },
  account: { kind: 'word', of: (row) => `${row.account}\n${row.account_id}` },
  provider: { kind: 'word', of: (row) => row.provider },
  protocol: { kind: 'word', of: (row) => row.dialect },
  path: { kind: 'word', of: (row) => row.path },
  lane: { kind: 'word', of: (row) => row.lane },
  attempts: { kind: 'number', of: (row) => row.attempts },
  ttft: { kind: 'time', of: (row) => row.first_byte_ms },
  total: { kind: 'time', of: (row) => row.latency_ms },
  tokens: { kind: 'count', of: (row) => (row.input_tokens === null && row.output_tokens === null ? null : (row.input_tokens ?? 0) + (row.output_tokens ?? 0)) },
  id: { kind: 'word', of: (row) => row.id },
};

export const IS: Record<string, (row: RequestRow) => boolean> = {
  failed: (row) => isFailure(outcomeOf(row)),
  recovered: (row) => outcomeOf(row) === 'recovered',
  inflight: (row) => outcomeOf(row) === 'inflight',
  retried: (row) => row.attempts > 1,
  stream: (row) => row.stream,
  slow: (row) => row.latency_ms >= slow_ms,
  translated: (row) => row.lane === 'translate',
};

const TOKEN = /(-?)(?:([A-Za-zА-Яа-я_]+):)?(>=|<=|>|<|=)?((?:"[^"]*"|[^\s"])*)/y;

export function parseNumber(text: string, kind: Kind): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|k|M)?$/.exec(text);
  if (!match) return undefined;
  const unit = match[2] ?? '';
  const factor = kind === 'time' ? { ms: 1, s: 1000, m: 60_000, '': 1 }[unit] : kind === 'count' ? { k: 1000, M: 1_000_000, m: 1_000_000, '': 1 }[unit] : unit === '' ? 1 : undefined;
  return factor === undefined ? undefined : Number(match[1]) * factor;
}

export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
function nearest(word: string, known: string[]): string | undefined {
  const [best] = known.map((one) => ({ one, far: distance(word, one) })).sort((a, b) => a.far - b.far);
  return best && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.one : undefined;
}

function termOf(not: boolean, field: string, op: Op | '', text: string, source: string): Term | Wrong {
  const values = text.split(',').map((one) => one.replaceAll('"', '')).filter(Boolean);
  if (field === '') return { field: 'text', op: '=', values: [text.replaceAll('"', '')], not, source };
  if (field === 'is') {
    const unknown = values.find((one) => !(one in IS));
    if (values.length === 0 || unknown !== undefined) return { source, why: 'value', near: nearest(unknown ?? '', Object.keys(IS)) };
    return { field, op: '=', values, not, source };
  }
  const known = FIELDS[field];
  if (!known) return { source, why: 'field', near: nearest(field, [...Object.keys(FIELDS), 'is']) };
  if (values.length === 0) return { source, why: 'value' };
  if (known.kind === 'word') return op !== '' && op !== '=' ? { source, why: 'op' } : { field, op: '=', values, not, source };
  if (values.some((one) => parseNumber(one, known.kind) === undefined)) return { source, why: 'value' };
  return { field, op: op || '=', values, not, source };
}

export function parseFilter(text: string): Filter {
  const filter: Filter = { terms: [], wrong: [] };
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] ?? '')) {
      at += 1;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match || match[0] === '') {
      at += 1;
      continue;
    }
    const [source, minus = '', field = '', op = '', value = ''] = match;
    at += source.length;
    const bare = field === '' ? `${op}${value}` : value;
    const made = termOf(minus !== '' && (field !== '' || bare !== ''), field.toLowerCase(), op as Op | '', bare, source);
    if ('why' in made) filter.wrong.push(made);
    else if (made.values[0]) filter.terms.push(made);
  }
  return filter;
}

function compares(actual: number, op: Op, wanted: number): boolean {
  switch (op) {
    case '=': return actual === wanted;
    case '>': return actual > wanted;
    case '<': return actual < wanted;
    case '>=': return actual >= wanted;
    case '<=': return actual <= wanted;
  }
}

function fitsOne(term: Term, value: string, row: RequestRow): boolean {
  if (term.field === 'text') {
    return `${row.id}\n${row.path}\n${row.model}\n${row.upstream_model}\n${row.account}\n${row.provider}\n${row.user_agent}\n${row.client_key}\n${row.code}`.toLowerCase().includes(value.toLowerCase());
  }
  if (term.field === 'is') return IS[value]?.(row) ?? false;
  const field = FIELDS[term.field];
  const actual = field?.of(row);
  if (!field || actual === null || actual === undefined) return false;
  if (typeof actual === 'number') return compares(actual, term.op, parseNumber(value, field.kind) ?? Number.NaN);
  const wanted = value.toLowerCase();
  return actual.toLowerCase().split('\n').some((one) => (wanted.includes('*') ? new RegExp(`^${wanted.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(one) : one.includes(wanted)));
}

export function matches(filter: Filter, row: RequestRow): boolean {
  return filter.terms.every((term) => term.values.some((value) => fitsOne(term, value, row)) !== term.not);
}

// What the gateway can sort out itself, so that old matches are found too. The rest is done over the rows that came.
export function forServer(filter: Filter): RequestFilter {
  const out: RequestFilter = {};
  for (const term of filter.terms) {
    const [only] = term.values;
    if (term.not || term.values.length !== 1 || !only || only.includes('*')) continue;
    if (term.field === 'is' && only === 'failed') out.failures = true;
    if (term.field === 'class') out.class = only;
    if (term.field === 'code') out.code = only;
    if (term.field === 'protocol') out.dialect = only;
  }
  return out;
}

// Adds, replaces or removes one token of a field: "only this", "not this", and the chips.
export function withToken(text: string, token: string, on: boolean): string {
  const others = parseTokens(text).filter((one) => one !== token);
  return (on ? [...others, token] : others).join(' ');
}
export function parseTokens(text: string): string[] {
  return text.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

export interface Suggestion {
  insert: string; // replaces the token under the cursor
  count?: number;
}
// For the token that is being typed: fields first, then the values that are in the rows, the most frequent first.
export function suggestions(token: string, rows: RequestRow[]): Suggestion[] {
  const minus = token.startsWith('-') ? '-' : '';
  const [name = '', value] = token.slice(minus.length).split(':', 2);
  if (value === undefined) {
    return [...Object.keys(FIELDS), 'is'].filter((one) => one.startsWith(name.toLowerCase())).slice(0, 8).map((one) => ({ insert: `${minus}${one}:` }));
  }
  if (name === 'is') return Object.keys(IS).filter((one) => one.startsWith(value)).map((one) => ({ insert: `${minus}is:${one}`, count: rows.filter(IS[one] ?? (() => false)).length }));
  const field = FIELDS[name.toLowerCase()];
  if (!field || field.kind === 'time' || field.kind === 'count') return [];
  const counts = new Map<string, number>();
  for (const row of rows) {
    const actual = String(field.of(row) ?? '').split('\n')[0] ?? '';
    if (actual && actual.toLowerCase().includes(value.toLowerCase())) counts.set(actual, (counts.get(actual) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([one, count]) => ({ insert: `${minus}${name}:${/\s/.test(one) ? `"${one}"` : one}`, count }));
}
