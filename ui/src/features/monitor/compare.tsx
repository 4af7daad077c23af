// Two requests side by side: what differs is marked. The first is pinned; the second is whichever is open.
import { useTranslation } from 'react-i18next';
import type { Trace } from '../../api/model';
import { useTrace } from '../../api/queries';
import { useFormats } from '../../shared/hooks';
import { Chip, Identity, layout, Problem, Skeleton } from '../../shared/ui/layout';
import { useSentence } from '../trace/story';
import { clientOf } from './client-name';

export function Compare({ pinned, trace }: { pinned: string; trace: Trace }) {
  const { t } = useTranslation();
  const f = useFormats();
  const sentence = useSentence();
  const other = useTrace(pinned);
  if (other.isError) return <Problem error={other.error} retry={() => void other.refetch()} />;
  if (!other.data) return <Skeleton rows={6} />;
  const served = (one: Trace) => (one.attempts ?? []).findLast((attempt) => attempt.account_id !== '');
  const place = (one: Trace) => { const at = served(one); return at ? `${at.provider}/${at.model}` : '–'; };
  const rows: [string, (one: Trace) => string][] = [
    [t('request.started'), (one) => f.dateTime(one.started_ms)],
    [t('request.status'), (one) => String(one.status || t('trace.client_gone'))],
    [t('compare.what'), sentence],
    [t('request.asked'), (one) => `${one.method ?? ''} ${one.path}`],
    [t('monitor.col.client'), (one) => [one.client_key, clientOf(one.user_agent)].filter(Boolean).join(' · ')],
    [t('request.model'), (one) => one.model],
    [t('compare.served'), place],
    [t('monitor.col.account'), (one) => served(one)?.account ?? '–'],
    [t('compare.rule'), (one) => one.rule ?? '–'],
    [t('request.lane'), (one) => { const lane = served(one)?.lane; return lane ? t(`lane.${lane}`, { defaultValue: lane }) : '–'; }],
    [t('monitor.col.tries'), (one) => String((one.attempts ?? []).filter((attempt) => attempt.account_id !== '').length)],
    [t('timing.to_first'), (one) => (one.first_byte_ms === undefined ? '–' : f.duration(one.first_byte_ms))],
    [t('timing.total'), (one) => f.duration(one.total_ms ?? 0)],
    [t('tokens.input'), (one) => (one.usage.input === undefined ? '–' : f.number(one.usage.input))],
    [t('tokens.output'), (one) => (one.usage.output === undefined ? '–' : f.number(one.usage.output))],
    [t('request.bytes'), (one) => `${f.bytes(one.bytes_in)} → ${f.bytes(one.bytes_out)}`],
    [t('request.losses'), (one) => String((one.losses ?? []).filter((loss) => loss.weight !== 'harmless').length)],
  ];
  const [first, second] = [other.data, trace];
  return (
    <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('request.tab.compare')}>
      <table className={layout.table}>
        <thead>
          <tr>
            <th scope="col"><span className="visually-hidden">{t('compare.field')}</span></th>
            <th scope="col" className="mono">{first.id}</th>
            <th scope="col" className="mono">{second.id}</th>
            <th scope="col"><span className="visually-hidden">{t('compare.differs')}</span></th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, of]) => {
            const [a, b] = [of(first), of(second)];
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td style={{ overflowWrap: 'anywhere' }}><Identity>{a}</Identity></td>
                <td style={{ overflowWrap: 'anywhere' }}><Identity>{b}</Identity></td>
                <td>{a !== b && <Chip tone="info">{t('compare.differs')}</Chip>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
