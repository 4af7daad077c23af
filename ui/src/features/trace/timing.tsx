import { useTranslation } from 'react-i18next';
import type { Attempt, Trace } from '../../api/model';
import { useFormats } from '../../shared/hooks';
import { Facts, layout } from '../../shared/ui/layout';
import css from './trace.module.css';

interface Part {
  part: string;
  from: number;
  to: number;
}

// connect (name, connection, TLS) → wait for the first byte → stream, on one axis for all attempts.
export function partsOf(attempt: Attempt): Part[] {
  const { connect_ms, tls_ms, first_byte_ms } = attempt.timings;
  const connected = Math.max(connect_ms ?? 0, tls_ms ?? 0);
  const end = attempt.ended_ms - attempt.begun_ms;
  const first = Math.min(first_byte_ms ?? end, end);
  const out: Part[] = [];
  if (connected > 0) out.push({ part: 'connect', from: 0, to: connected });
  out.push({ part: 'wait', from: Math.min(connected, first), to: first });
  if (end > first) out.push({ part: attempt.error ? 'failed' : 'stream', from: first, to: end });
  return out;
}

export function Timing({ trace }: { trace: Trace }) {
  const { t } = useTranslation();
  const f = useFormats();
  const attempts = (trace.attempts ?? []).filter((one) => one.account_id !== '');
  const total = Math.max(trace.total_ms ?? 0, ...attempts.map((one) => one.ended_ms), 1);
  const streamed = (trace.total_ms ?? 0) - (trace.first_byte_ms ?? 0);
  const speed = trace.usage.output && streamed > 50 ? f.number(Math.round((trace.usage.output / streamed) * 1000)) : '';
  return (
    <div style={{ display: 'grid', gap: 16 }}>
      <div className={css.bars} aria-hidden>
        {attempts.map((one, i) => (
          <div key={i} className={css.barRow}>
            <span className="cut">{i + 1}. {one.account}</span>
            <span className={css.barTrack}>
              {partsOf(one).map((part) => <i key={part.part} data-part={part.part} style={{ insetInlineStart: `${((one.begun_ms + part.from) / total) * 100}%`, inlineSize: `${((part.to - part.from) / total) * 100}%` }} />)}
            </span>
            <span className="num">{f.duration(one.ended_ms - one.begun_ms)}</span>
          </div>
        ))}
      </div>
      <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('timing.table')}>
        <table className={layout.table}>
          <thead>
            <tr>
              {['attempt', 'connect', 'tls', 'sent', 'first_byte', 'end'].map((one) => <th key={one} scope="col">{t(`timing.${one}`)}</th>)}
            </tr>
          </thead>
          <tbody>
            {attempts.map((one, i) => (
              <tr key={i}>
                <td>{i + 1}</td>
                <td>{one.timings.reused_connection ? t('timing.reused') : ms(f.duration, one.timings.connect_ms)}</td>
                <td>{ms(f.duration, one.timings.tls_ms)}</td>
                <td>{ms(f.duration, one.timings.sent_ms)}</td>
                <td>{ms(f.duration, one.timings.first_byte_ms)}</td>
                <td>{f.duration(one.ended_ms - one.begun_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Facts
        items={[
          [t('timing.total'), f.duration(trace.total_ms ?? 0)],
          [t('timing.to_first'), trace.first_byte_ms === undefined ? '–' : f.duration(trace.first_byte_ms)],
          [t('timing.cost'), trace.cost_usd === null || trace.cost_usd === undefined ? (trace.usage.input === undefined && trace.usage.output === undefined ? '' : t('timing.cost.unknown')) : `${f.dollars(trace.cost_usd)} (${trace.price_source ?? ''}${trace.usage.estimated ? `, ${t('timing.cost.estimated')}` : ''})`],
          [t('timing.speed'), speed && t('timing.tokens_per_s', { value: speed })],
        ]}
      />
    </div>
  );
}

function ms(show: (value: number) => string, value: number | undefined): string {
  return value === undefined ? '–' : show(value);
}
