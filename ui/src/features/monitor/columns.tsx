import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import type { RequestRow } from '../../api/model';
import type { Formats } from '../../shared/format';
import { Identity } from '../../shared/ui/layout';
import { outcomeOf } from '../trace/classes';
import { OutcomeChip } from '../trace/story';
import { clientOf } from './client-name';
import css from './monitor.module.css';

export interface Column {
  id: string;
  width: string; // a track of the grid
  from: number; // shown from this width of the list on
  right?: boolean;
  cell: (row: RequestRow, f: Formats, t: TFunction, now: number) => ReactNode;
}

const dash = '–';

export const COLUMNS: Column[] = [
  { id: 'time', width: '96px', from: 0, cell: (row, f) => <span title={f.dateTime(row.started_ms)}>{f.timeWithMs(row.started_ms)}</span> },
  { id: 'status', width: '44px', from: 0, cell: (row) => (row.in_flight ? '···' : row.status || dash) },
  { id: 'outcome', width: 'minmax(180px, 1.3fr)', from: 0, cell: (row) => <OutcomeChip outcome={outcomeOf(row)} /> },
  { id: 'client', width: 'minmax(90px, 1fr)', from: 860, cell: (row) => <span title={row.user_agent}><Identity>{row.client_key || clientOf(row.user_agent) || dash}</Identity></span> },
  {
    id: 'model',
    width: 'minmax(120px, 2.4fr)',
    from: 0,
    cell: (row) => (
      <span title={`${row.model} → ${row.provider}/${row.upstream_model}`}>
        {row.model || <span className="mono">{row.path}</span>}
        {row.upstream_model && row.upstream_model !== row.model && <><span className={css.arrow}> → </span>{row.upstream_model}</>}
      </span>
    ),
  },
  { id: 'account', width: 'minmax(80px, 1fr)', from: 620, cell: (row) => <span title={row.account || undefined}><Identity>{row.account || dash}</Identity></span> },
  { id: 'tries', width: '46px', from: 980, right: true, cell: (row) => row.attempts || dash },
  { id: 'ttft', width: '66px', from: 920, right: true, cell: (row, f) => (row.first_byte_ms === null ? dash : f.duration(row.first_byte_ms)) },
  { id: 'total', width: '70px', from: 0, right: true, cell: (row, f, _t, now) => (row.in_flight ? f.duration(Math.max(0, Math.floor((now - row.started_ms) / 500) * 500)) : f.duration(row.latency_ms)) },
  {
    id: 'tokens',
    width: '92px',
    from: 740,
    right: true,
    cell: (row, f) => (row.input_tokens === null && row.output_tokens === null ? dash : <span title={`${f.number(row.input_tokens ?? 0)} / ${f.number(row.output_tokens ?? 0)}`}>{`${f.compact(row.input_tokens ?? 0)} / ${f.compact(row.output_tokens ?? 0)}`}</span>),
  },
];

export const columnsFor = (width: number): Column[] => COLUMNS.filter((one) => width === 0 || width >= one.from);
