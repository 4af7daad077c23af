import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { RequestRow } from '../../api/model';
import { useFormats } from '../../shared/hooks';
import { Card, Identity, layout, Skeleton } from '../../shared/ui/layout';
import { clientOf } from '../monitor/client-name';
import { isFailure, outcomeOf } from '../trace/classes';
import { OutcomeChip } from '../trace/story';
import css from './dashboard.module.css';

export function Newest({ rows, loaded }: { rows: RequestRow[]; loaded: boolean }) {
  const { t } = useTranslation();
  const f = useFormats();
  return (
    <Card title={t('dash.newest')} flush actions={<Link href="/monitor">{t('page.monitor')}</Link>}>
      {!loaded && <div style={{ padding: 16 }}><Skeleton rows={3} height={24} /></div>}
      {loaded && rows.length === 0 && <p className={css.quiet}>{t('dash.no_requests')}</p>}
      {rows.length > 0 && (
        <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('dash.newest')}>
          <table className={`${layout.table} ${css.newest}`}>
            <tbody>
              {rows.slice(0, 8).map((row) => (
                <tr key={row.id}>
                  <td className="num">{f.time(row.started_ms)}</td>
                  <td><OutcomeChip outcome={outcomeOf(row)} /></td>
                  <td className="cut" style={{ maxInlineSize: 96 }}><Identity>{row.client_key || clientOf(row.user_agent)}</Identity></td>
                  <td className="cut" title={row.model || row.path} style={{ maxInlineSize: 128 }}>{row.model || row.path}</td>
                  <td className={layout.right} style={{ whiteSpace: 'nowrap' }}>{f.duration(row.latency_ms)}</td>
                  <td className={layout.right}><OpenLink row={row} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

// Its name begins with what is seen, for those who speak to the computer.
function OpenLink({ row }: { row: RequestRow }) {
  const { t } = useTranslation();
  const seen = t(isFailure(outcomeOf(row)) ? 'dash.why' : 'dash.trace');
  return <Link href={`/monitor/${row.id}`} aria-label={`${seen} · ${t('dash.open_request', { id: row.id })}`}>{seen}</Link>;
}
