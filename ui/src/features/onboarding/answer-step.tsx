import { Send } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { RequestRow } from '../../api/model';
import { post } from '../../api/client';
import { useChange, useFeatures, useStatus, useTrace } from '../../api/queries';
import { useFormats } from '../../shared/hooks';
import { Button } from '../../shared/ui/button';
import { Code } from '../../shared/ui/code';
import { Card, Facts, Note, Problem, Row, Skeleton } from '../../shared/ui/layout';
import { clientOf } from '../monitor/client-name';
import { isFailure, outcomeOf } from '../trace/classes';
import { TraceStory } from '../trace/story';
import css from './onboarding.module.css';

// The newest request, as it comes: its numbers when it worked, its Trace with the remedy when it did not.
export function AnswerStep({ rows }: { rows: RequestRow[] }) {
  const [row] = rows;
  if (!row) return <Waiting />;
  return isFailure(outcomeOf(row)) ? <Failed row={row} /> : <Worked row={row} />;
}

function Waiting() {
  const { t } = useTranslation();
  const features = useFeatures();
  const test = useChange(() => post('/proxy/selftest'));
  const host = useStatus().data?.proxy.address ?? 'http://127.0.0.1:8045';
  const line = `curl ${host}/v1/chat/completions \\\n  -H 'content-type: application/json' \\\n  -d '{"model":"demo","messages":[{"role":"user","content":"Hello!"}]}'`;
  return (
    <>
      <p role="status" className={css.dots}>{t('welcome.waiting')}</p>
      <Note tone="idle">{t('welcome.demo')}</Note>
      <Code text={line} language="sh" />
      {features('POST', '/proxy/selftest') && (
        <Row>
          <Button manages icon={Send} disabled={test.isPending} onClick={() => test.mutate(undefined)}>{t('welcome.send')}</Button>
        </Row>
      )}
      {test.isError && <Problem error={test.error} />}
    </>
  );
}

function Worked({ row }: { row: RequestRow }) {
  const { t } = useTranslation();
  const f = useFormats();
  return (
    <>
      <Note tone="ok" role="status"><strong>{t('welcome.works')}</strong></Note>
      <Card title={t('welcome.first')}>
        <Facts
          items={[
            [t('monitor.col.client'), clientOf(row.user_agent) || row.user_agent],
            [t('request.asked'), <span key="p" className="mono">{row.path}</span>],
            [t('request.model'), row.upstream_model && row.upstream_model !== row.model ? `${row.model} → ${row.upstream_model}` : row.model],
            [t('monitor.col.account'), row.account],
            [t('timing.to_first'), row.first_byte_ms === null ? '–' : f.duration(row.first_byte_ms)],
            [t('timing.total'), f.duration(row.latency_ms)],
            [t('measure.tokens'), row.input_tokens === null && row.output_tokens === null ? '–' : `${f.number(row.input_tokens ?? 0)} → ${f.number(row.output_tokens ?? 0)}`],
          ]}
        />
      </Card>
      <Row>
        <Link href={`/monitor/${row.id}`}>{t('welcome.open_monitor')}</Link>
        <Link href="/accounts?add=kind">{t('add.another')}</Link>
        <Link href="/proxy/access">{t('welcome.allow_others')}</Link>
      </Row>
    </>
  );
}

function Failed({ row }: { row: RequestRow }) {
  const { t } = useTranslation();
  const trace = useTrace(row.in_flight ? undefined : row.id);
  return (
    <>
      <Note tone="warn" role="status">{t('welcome.failed')}</Note>
      {trace.isError && <Problem error={trace.error} retry={() => void trace.refetch()} />}
      {trace.data ? <TraceStory trace={trace.data} /> : !trace.isError && <Skeleton rows={3} />}
    </>
  );
}
