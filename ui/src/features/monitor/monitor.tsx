import { Activity, ArrowUp, Pause, Play } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'wouter';
import { useStatus } from '../../api/queries';
import { useDebounced, useFormats, useTitle, useUrlState } from '../../shared/hooks';
import { aria, useShortcuts } from '../../shared/shortcuts';
import { Button } from '../../shared/ui/button';
import { Select } from '../../shared/ui/form';
import { Empty, Problem, Skeleton } from '../../shared/ui/layout';
import { ConnectPanel } from '../proxy/connect';
import { FilterBox } from './filter-box';
import { forServer, matches, parseFilter } from './filter';
import { RequestGrid } from './grid';
import css from './monitor.module.css';
import { RecordingSwitch } from './recording';
import { RequestDrawer } from './request-drawer';
import { useRequestRows } from './use-requests';

const RANGES: Record<string, number> = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, all: 0 };

export default function Monitor() {
  const { t } = useTranslation();
  const f = useFormats();
  useTitle(t('page.monitor'));
  const { id } = useParams<{ id?: string }>();
  const [, navigate] = useLocation();
  const [text, setText] = useUrlState('q');
  const [range, setRange] = useUrlState('range', 'all');
  const filter = useMemo(() => parseFilter(text), [text]);
  const late = useDebounced(text, 250);
  const server = useMemo(() => {
    const span = RANGES[range] ?? 0;
    return { ...forServer(parseFilter(late)), ...(span && { since_ms: Math.floor((Date.now() - span) / 60_000) * 60_000 }) };
  }, [late, range]);
  const requests = useRequestRows(server);
  const matching = useMemo(() => requests.rows.filter((row) => matches(filter, row)), [requests.rows, filter]);

  const [active, setActive] = useState<string | undefined>(id);
  const [away, setAway] = useState(false);
  const [paused, setPaused] = useState(false);
  const [top, setTop] = useState(0);
  const hold = away || paused || id !== undefined;
  // Held: the list stays as it was; rows that finish change in place.
  const held = useRef<typeof matching | null>(null);
  if (!hold) held.current = null;
  else held.current ??= matching;
  const key = `${text}|${range}`;
  const lastKey = useRef(key);
  if (lastKey.current !== key) {
    lastKey.current = key;
    held.current = hold ? matching : null;
  }
  const shown = useMemo(() => {
    const frozen = held.current;
    if (!hold || !frozen) return matching;
    const newest = frozen[0]?.started_ms ?? Number.POSITIVE_INFINITY;
    const known = new Set(frozen.map((row) => row.id));
    const older = matching.filter((row) => row.started_ms < (frozen.at(-1)?.started_ms ?? 0) && !known.has(row.id));
    if (frozen.length === 0) return matching;
    return [...frozen.map((row) => requests.get(row.id) ?? row), ...older].filter((row) => row.started_ms <= newest);
  }, [hold, matching, requests]);
  const fresh = hold ? matching.filter((row) => row.started_ms > (shown[0]?.started_ms ?? Number.POSITIVE_INFINITY)).length : 0;

  const where = (to: string | undefined) => `/monitor${to ? `/${encodeURIComponent(to)}` : ''}${window.location.search}`;
  const open = (to: string) => {
    setActive(to);
    navigate(where(to), { replace: id !== undefined });
  };
  const close = () => {
    navigate(where(undefined));
    document.querySelector<HTMLElement>('[data-grid]')?.focus({ preventScroll: true });
  };
  const follow = () => {
    if (hold) {
      setPaused(false);
      setAway(false);
      setTop(top + 1);
      if (id !== undefined) navigate(where(undefined));
    } else setPaused(true);
  };
  const step = (by: number) => {
    const at = shown.findIndex((row) => row.id === (id ?? active));
    const next = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
    if (!next) return;
    setActive(next.id);
    if (id !== undefined) open(next.id);
  };
  useShortcuts({ follow, next: () => step(1), previous: () => step(-1), ...(id !== undefined && { close }) });
  useEffect(() => {
    if (id !== undefined) setActive(id);
  }, [id]);
  // Few of the loaded rows match: look further back.
  const thin = shown.length < 40 && requests.rows.length < 4000;
  useEffect(() => {
    if (thin && filter.terms.length > 0) requests.loadOlder();
  }, [thin, filter, requests.loadOlder]);

  const nothing = requests.rows.length === 0;
  return (
    <div className={css.page}>
      <h1 className="visually-hidden">{t('page.monitor')}</h1>
      <div className={css.bar}>
        <FilterBox text={text} filter={filter} rows={requests.rows} onText={setText} />
        <Select label={t('monitor.range')} hideLabel value={range} onText={(value) => setRange(value)} options={Object.keys(RANGES).map((one) => ({ value: one, label: t(`range.${one}`) }))} />
        <Button icon={hold ? Play : Pause} aria-pressed={!hold} aria-keyshortcuts={aria('follow')} onClick={follow}>{t(hold ? 'monitor.follow' : 'monitor.hold')}</Button>
      </div>
      <Chips text={text} onText={setText} shown={shown.length} more={requests.more} />
      {requests.error !== null && requests.error !== undefined && <Problem error={requests.error} retry={requests.reload} />}
      {nothing && requests.loading && <div className={css.center}><Skeleton rows={6} height={30} /></div>}
      {nothing && !requests.loading && !requests.error && <div className={css.center}>{text === '' ? <Listening /> : <NoMatch clear={() => setText('')} />}</div>}
      {!nothing && shown.length === 0 && !requests.loading && <div className={css.center}><NoMatch clear={() => setText('')} /></div>}
      {!nothing && (shown.length > 0 || requests.loading) && (
        <RequestGrid rows={shown} active={active} onActive={(to) => (id === undefined ? setActive(to) : open(to))} onOpen={open} onAway={setAway} onEnd={requests.loadOlder} top={top} />
      )}
      {fresh > 0 && (
        <div className={css.pill} role="status">
          <Button small look="primary" icon={ArrowUp} onClick={follow}>{t('monitor.new', { count: fresh, shown: f.number(fresh) })}</Button>
        </div>
      )}
      {id !== undefined && <RequestDrawer id={id} row={requests.get(id)} onClose={close} />}
    </div>
  );
}

const CHIPS = ['is:failed', 'is:recovered', 'is:slow', 'is:inflight', 'is:stream'];
function Chips({ text, onText, shown, more }: { text: string; onText: (text: string) => void; shown: number; more: boolean }) {
  const { t } = useTranslation();
  const f = useFormats();
  const status = useStatus();
  const tokens = text.split(/\s+/);
  const toggle = (chip: string) => onText((tokens.includes(chip) ? tokens.filter((one) => one !== chip) : [...tokens, chip]).filter(Boolean).join(' '));
  const bodies = status.data?.settings['logging.bodies'];
  return (
    <div className={css.bar}>
      {CHIPS.map((chip) => <Button key={chip} small aria-pressed={tokens.includes(chip)} look={tokens.includes(chip) ? 'primary' : 'normal'} onClick={() => toggle(chip)}>{t(`filter.chip.${chip.slice(3)}`)}</Button>)}
      <span className={css.count}>{t(more ? 'monitor.shown_more' : 'monitor.shown', { count: shown, shown: f.number(shown) })}</span>
      {typeof bodies === 'string' && <div className={css.record}><RecordingSwitch bodies={bodies} /></div>}
    </div>
  );
}

function NoMatch({ clear }: { clear: () => void }) {
  const { t } = useTranslation();
  return <Empty title={t('state.no_match')} actions={<Button onClick={clear}>{t('action.clear_filters')}</Button>} />;
}

function Listening() {
  const { t } = useTranslation();
  return (
    <div style={{ inlineSize: 'min(720px, 100%)' }}>
      <Empty icon={Activity} title={t('monitor.empty.title')}>{t('monitor.empty.text')}</Empty>
      <ConnectPanel compact />
    </div>
  );
}
