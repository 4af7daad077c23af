import { useQuery } from '@tanstack/react-query';
import { Fragment, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { ApiError, get } from '../../api/client';
import { useFeatures, useStatus } from '../../api/queries';
import { useDebounced, useFormats } from '../../shared/hooks';
import { CopyButton } from '../../shared/ui/button';
import { Check, TextField } from '../../shared/ui/form';
import { Empty, layout, Note, Problem, Skeleton } from '../../shared/ui/layout';
import css from './body.module.css';

const LINES = 200; // of a block; the browser draws only the blocks that are seen

export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function blocksOf(text: string): string[] {
  const lines = text.split('\n');
  const out: string[] = [];
  for (let at = 0; at < lines.length; at += LINES) out.push(lines.slice(at, at + LINES).join('\n'));
  return out;
}

export function Body({ id, kind }: { id: string; kind: string }) {
  const { t } = useTranslation();
  const features = useFeatures();
  const can = features('GET', '/requests/{id}/body/{kind}');
  const body = useQuery({
    queryKey: ['body', id, kind],
    enabled: can === true,
    retry: false,
    staleTime: 60_000,
    queryFn: ({ signal }) => get<KeptBody>(`/requests/${encodeURIComponent(id)}/body/${kind}`, signal),
  });
  if (can === false) return <Note tone="info">{t('feature.missing')}</Note>;
  if (body.isError && body.error instanceof ApiError && body.error.status === 404) return <NotKept />;
  if (body.isError) return <Problem error={body.error} retry={() => void body.refetch()} />;
  if (!body.data) return <Skeleton rows={1} height={240} />;
  const { first_line, headers, truncated, body: text } = body.data;
  return (
    <>
      <Headers first={first_line} headers={headers} />
      <Viewer text={text} truncated={truncated} />
    </>
  );
}

interface KeptBody {
  first_line: string;
  headers: { name: string; value: string }[];
  content_type: string;
  bytes: number;
  truncated: boolean;
  body: string;
}

// Secrets in them were masked before they were kept.
function Headers({ first, headers }: { first: string; headers: KeptBody['headers'] }) {
  const { t } = useTranslation();
  if (!first && headers.length === 0) return null;
  return (
    <details>
      <summary><span className="mono">{first || t('body.headers')}</span> · {t('body.headers_n', { count: headers.length })}</summary>
      <table className={layout.table}>
        <tbody>
          {headers.map((one, i) => (
            <tr key={i}>
              <td className="mono">{one.name}</td>
              <td className="mono" style={{ overflowWrap: 'anywhere' }}>{one.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function NotKept() {
  const { t } = useTranslation();
  const level = String(useStatus().data?.settings['logging.bodies'] ?? 'none');
  return (
    <Empty title={t('body.not_kept')} actions={<Link href="/settings/data">{t('body.change')}</Link>}>
      {t(`monitor.bodies.${level}`)}
    </Empty>
  );
}

export function Viewer({ text, truncated }: { text: string; truncated?: boolean }) {
  const { t } = useTranslation();
  const f = useFormats();
  const [words, setWords] = useState('');
  const [wrap, setWrap] = useState(true);
  const [raw, setRaw] = useState(false);
  const find = useDebounced(words, 200);
  const shown = useMemo(() => (raw ? text : pretty(text)), [raw, text]);
  const blocks = useMemo(() => blocksOf(shown), [shown]);
  const hits = useMemo(() => (find ? shown.toLowerCase().split(find.toLowerCase()).length - 1 : 0), [shown, find]);
  if (text === '') return <Empty title={t('body.empty')} />;
  return (
    <>
      {truncated && <Note tone="warn">{t('body.truncated', { size: f.bytes(text.length) })}</Note>}
      <div className={css.bar}>
        <TextField label={t('body.search')} hideLabel type="search" placeholder={t('body.search')} value={words} onText={setWords} />
        {find && <span className="num">{t('body.hits', { count: hits })}</span>}
        <Check label={t('body.wrap')} checked={wrap} onChange={setWrap} />
        <Check label={t('body.raw')} checked={raw} onChange={setRaw} />
        <CopyButton small text={text}>{t('copy.action')}</CopyButton>
      </div>
      <div className={css.text} data-wrap={wrap || undefined} tabIndex={0} role="region" aria-label={t('code.label')}>
        {blocks.map((block, i) => <div key={i} className={css.block}><Marked text={block} find={find} /></div>)}
      </div>
    </>
  );
}

function Marked({ text, find }: { text: string; find: string }) {
  if (!find) return text;
  const lower = text.toLowerCase();
  const wanted = find.toLowerCase();
  const parts: { text: string; hit: boolean }[] = [];
  for (let at = 0; at < text.length; ) {
    const next = lower.indexOf(wanted, at);
    if (next < 0) {
      parts.push({ text: text.slice(at), hit: false });
      break;
    }
    if (next > at) parts.push({ text: text.slice(at, next), hit: false });
    parts.push({ text: text.slice(next, next + wanted.length), hit: true });
    at = next + wanted.length;
  }
  return parts.map((part, i) => (part.hit ? <mark key={i}>{part.text}</mark> : <Fragment key={i}>{part.text}</Fragment>));
}
