import { useTranslation } from 'react-i18next';
import { useFormats } from '../hooks';
import css from './charts.module.css';
import { sparkPath } from './scale';

// The run of a number, beside the number; it says nothing that the number's page does not say in words.
export function Spark({ values }: { values: number[] }) {
  if (values.length < 2 || values.every((one) => one === 0)) return <svg className={css.spark} aria-hidden />;
  return (
    <svg className={css.spark} viewBox="0 0 120 28" preserveAspectRatio="none" aria-hidden>
      <path d={`${sparkPath(values, 120, 28)}L120 28L0 28Z`} fill="var(--info-tint)" />
      <path d={sparkPath(values, 120, 28)} fill="none" stroke="var(--info-mark)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

export function Shares({ rows, format }: { rows: { id: string; label: string; value: number; colour: string }[]; format: (value: number) => string }) {
  const f = useFormats();
  const total = rows.reduce((sum, one) => sum + one.value, 0) || 1;
  return (
    <ul className={css.share}>
      {rows.map((one) => (
        <li key={one.id} title={format(one.value)}>
          <span className="cut">{one.label}</span>
          <span className={css.shareTrack}><i style={{ inlineSize: `${(one.value / total) * 100}%`, background: one.colour }} /></span>
          <span className="num" style={{ textAlign: 'end' }}>{f.percent(one.value / total)}</span>
        </li>
      ))}
    </ul>
  );
}

// Weekday by hour; the darker, the more. The table itself is the accessible twin.
export function HeatMap({ cells, label, format }: { cells: number[][]; label: string; format: (value: number) => string }) {
  const { t, i18n } = useTranslation();
  const max = Math.max(1, ...cells.flat());
  const day = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' });
  const names = Array.from({ length: 7 }, (_, i) => day.format(Date.UTC(2024, 0, 1 + i)));
  return (
    <table className={css.heat} aria-label={label}>
      <thead>
        <tr>
          <th scope="col"><span className="visually-hidden">{t('chart.day')}</span></th>
          {Array.from({ length: 24 }, (_, hour) => <th key={hour} scope="col">{hour % 3 === 0 ? hour : <span className="visually-hidden">{hour}</span>}</th>)}
        </tr>
      </thead>
      <tbody>
        {names.map((name, row) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {(cells[row] ?? []).map((value, hour) => (
              <td key={hour} title={`${name} ${hour}:00 · ${format(value)}`} style={value > 0 ? { background: `var(--heat-${Math.max(1, Math.ceil((value / max) * 7))})` } : undefined}>
                <span className="visually-hidden">{format(value)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
