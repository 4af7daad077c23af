// Stacked bars over time as real SVG: every bar can be reached by keyboard, and the same numbers stand in a table.
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats, usePreference, useSize } from '../hooks';
import { layout } from '../ui/layout';
import css from './charts.module.css';
import { ticks } from './scale';

export interface Series {
  id: string;
  label: string;
  colour: string;
  values: number[]; // one a slot
}
interface BarsProps {
  label: string;
  slots: number[]; // when each begins
  slice: number;
  series: Series[]; // from the bottom up
  format: (value: number) => string;
  height?: number;
  least?: number; // the axis goes at least so far up
  table?: boolean;
  running?: boolean; // the last slot is not over
  onPick?: (slot: number) => void;
}

export function TimeBars({ label, slots, slice, series, format, height = 200, least = 4, table, running, onPick }: BarsProps) {
  const { t } = useTranslation();
  const f = useFormats();
  const id = useId();
  const [patterns] = usePreference('patterns');
  const [attach, { width }] = useSize<HTMLDivElement>();
  const [at, setAt] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = series.filter((one) => !hidden.has(one.id));
  const totals = useMemo(() => slots.map((_, i) => shown.reduce((sum, one) => sum + (one.values[i] ?? 0), 0)), [slots, shown]);
  const steps = ticks(Math.max(...totals, least) || 1);
  const top = steps.at(-1) ?? 1;
  const left = 12 + Math.max(...steps.map((one) => format(one).length)) * 6.5;
  const inner = Math.max(10, width - left);
  const bar = inner / Math.max(1, slots.length);
  const y = (value: number) => (height - 22) * (1 - value / top) + 2;
  const every = Math.max(1, Math.ceil((slots.length * 58) / inner));
  const sum = series.map((one) => t('chart.series_sum', { name: one.label, value: format(one.values.reduce((a, b) => a + b, 0)) }));
  if (table) return <BarsTable {...{ label, slots, slice, series, format }} />;
  const pressed = (event: KeyboardEvent) => {
    const from = at ?? slots.length - 1;
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: slots.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(slots.length - 1, to)));
    } else if (event.key === 'Enter' && at !== null) onPick?.(slots[at] ?? 0);
    else if (event.key === 'Escape') setAt(null);
  };
  const toggle = (one: string) => setHidden((now) => (now.has(one) ? new Set([...now].filter((other) => other !== one)) : new Set([...now, one])));
  return (
    <div className={css.chart} ref={attach}>
      <svg height={height} viewBox={`0 0 ${Math.max(width, 1)} ${height}`} role="img" tabIndex={0} aria-label={`${label}. ${f.list(sum)}`} onKeyDown={pressed} onBlur={() => setAt(null)} onPointerLeave={() => setAt(null)}>
        <defs>
          <pattern id={`${id}-run`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="3" height="6" fill="var(--surface)" opacity="0.45" />
          </pattern>
        </defs>
        {steps.map((one) => (
          <g key={one}>
            <line className={css.grid} x1={left} x2={width} y1={y(one)} y2={y(one)} />
            <text className={css.axis} x={left - 8} y={y(one) + 4} textAnchor="end">{format(one)}</text>
          </g>
        ))}
        {at !== null && <rect className={css.cross} x={left + at * bar} width={bar} y={0} height={height - 20} />}
        {slots.map((slot, i) => {
          let base = 0;
          const isRunning = running && i === slots.length - 1;
          return (
            <g key={slot}>
              {shown.map((one, order) => {
                const value = one.values[i] ?? 0;
                if (value <= 0) return null;
                const box = { x: left + i * bar + Math.min(2, bar * 0.15), width: Math.max(1, bar - Math.min(4, bar * 0.3)), y: y(base + value), height: Math.max(1, y(base) - y(base + value) - (base > 0 ? 1 : 0)) };
                base += value;
                return (
                  <g key={one.id}>
                    <rect {...box} fill={one.colour} rx={Math.min(2, box.height / 2)} />
                    {(isRunning || (patterns === 'on' && order % 2 === 1)) && <rect {...box} fill={`url(#${id}-run)`} />}
                  </g>
                );
              })}
              {i % every === 0 && <text className={css.axis} x={left + (i + 0.5) * bar} y={height - 4} textAnchor="middle">{f.tick(slot, slice)}</text>}
              <rect x={left + i * bar} width={bar} y={0} height={height - 20} fill="transparent" onPointerEnter={() => setAt(i)} onClick={() => onPick?.(slot)} />
            </g>
          );
        })}
      </svg>
      {at !== null && (
        <div className={css.tip} role="status" style={(at + 0.5) / slots.length > 0.5 ? { insetInlineStart: left + 4 } : { insetInlineEnd: 4 }}>
          <strong>{f.slot(slots[at] ?? 0, slice)} · {format(totals[at] ?? 0)}</strong>
          {[...shown].sort((a, b) => (b.values[at] ?? 0) - (a.values[at] ?? 0)).map((one) => (
            <div key={one.id}>
              <i className={css.swatch} style={{ background: one.colour }} />
              <span className="cut">{one.label}</span>
              <span>{format(one.values[at] ?? 0)}</span>
            </div>
          ))}
        </div>
      )}
      <div className={css.legend}>
        {series.map((one) => (
          <button key={one.id} type="button" aria-pressed={!hidden.has(one.id)} onClick={() => toggle(one.id)}>
            <i className={css.swatch} style={{ background: one.colour }} />
            <span className="cut">{one.label}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

export function BarsTable({ label, slots, slice, series, format }: Pick<BarsProps, 'label' | 'slots' | 'slice' | 'series' | 'format'>) {
  const { t } = useTranslation();
  const f = useFormats();
  return (
    <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={label} style={{ maxBlockSize: 280, overflowY: 'auto' }}>
      <table className={layout.table}>
        <thead>
          <tr>
            <th scope="col">{t('chart.time')}</th>
            {series.map((one) => <th key={one.id} scope="col" className={layout.right}>{one.label}</th>)}
          </tr>
        </thead>
        <tbody>
          {slots.map((slot, i) => (
            <tr key={slot}>
              <td>{f.slot(slot, slice)}</td>
              {series.map((one) => <td key={one.id} className={layout.right}>{format(one.values[i] ?? 0)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
