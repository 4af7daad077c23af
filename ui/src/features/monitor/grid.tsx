// The list: rows of one height, only the visible ones are in the document. One tab stop; the active row is told by
// aria-activedescendant and survives scrolling.
import { type CSSProperties, type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { RequestRow } from '../../api/model';
import { useFormats, useNow, usePreference, useSize } from '../../shared/hooks';
import { OUTCOMES, outcomeOf } from '../trace/classes';
import { type Column, columnsFor } from './columns';
import css from './monitor.module.css';

const EXTRA = 10; // rows above and below what is seen

interface GridProps {
  rows: RequestRow[];
  active: string | undefined;
  onActive: (id: string) => void;
  onOpen: (id: string) => void;
  onAway: (away: boolean) => void; // scrolled away from the top
  onEnd: () => void;
  top: number; // changes when the list must go to its top
}

export function RequestGrid({ rows, active, onActive, onOpen, onAway, onEnd, top }: GridProps) {
  const { t } = useTranslation();
  const [density] = usePreference('density');
  const height = density === 'compact' ? 28 : 32;
  const [attach, size] = useSize<HTMLDivElement>();
  const scroller = useRef<HTMLDivElement | null>(null);
  const [scrolled, setScrolled] = useState(0);
  const columns = useMemo(() => columnsFor(size.width), [size.width]);
  const style = { '--columns': columns.map((one) => one.width).join(' '), '--row-px': `${height}px` } as CSSProperties;
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [top]);
  const onScroll = () => {
    const at = scroller.current?.scrollTop ?? 0;
    // In the same frame as the scrolling: a busy processor would show empty places otherwise.
    flushSync(() => setScrolled(at));
    onAway(at > 4);
    if (scroller.current && at + scroller.current.clientHeight > scroller.current.scrollHeight - height * 20) onEnd();
  };
  const move = (to: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    const row = rows[index];
    if (!row || !scroller.current) return;
    onActive(row.id);
    const box = scroller.current;
    if (index * height < box.scrollTop) box.scrollTop = index * height;
    else if ((index + 2) * height > box.scrollTop + box.clientHeight) box.scrollTop = (index + 2) * height - box.clientHeight;
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = rows.findIndex((row) => row.id === active);
    const to = { ArrowDown: at + 1, KeyJ: at + 1, ArrowUp: at - 1, KeyK: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: rows.length - 1 }[event.code];
    if (to !== undefined) {
      event.preventDefault();
      move(at < 0 ? 0 : to);
    } else if (event.code === 'Enter' && active) {
      event.preventDefault();
      onOpen(active);
    }
  };
  const first = Math.max(0, Math.floor(scrolled / height) - EXTRA);
  const last = Math.min(rows.length, Math.ceil((scrolled + (size.height || 600)) / height) + EXTRA);
  return (
    <div className={css.grid} style={style}>
      <div
        ref={(node) => {
          scroller.current = node;
          attach(node);
        }}
        role="grid"
        data-grid
        className={css.scroll}
        tabIndex={0}
        aria-label={t('monitor.list')}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={active && rows.some((row) => row.id === active) ? `row-${active}` : undefined}
        onScroll={onScroll}
        onKeyDown={pressed}
      >
        <div role="rowgroup" className={css.headWrap}>
          <div role="row" aria-rowindex={1} className={css.head}>
            {columns.map((one) => <div key={one.id} role="columnheader" className={`cut ${one.right ? css.right : ''}`}>{t(`monitor.col.${one.id}`)}</div>)}
          </div>
        </div>
        <div className={css.space} role="rowgroup" style={{ blockSize: rows.length * height }}>
          {rows.slice(first, last).map((row, i) => (
            <GridRow key={row.id} row={row} index={first + i} height={height} columns={columns} active={row.id === active} onOpen={onOpen} />
          ))}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  row: RequestRow;
  index: number;
  height: number;
  columns: Column[];
  active: boolean;
  onOpen: (id: string) => void;
}
const GridRow = memo(function GridRow({ row, index, height, columns, active, onOpen }: RowProps) {
  return row.in_flight ? <TickingRow {...{ row, index, height, columns, active, onOpen }} /> : <Cells {...{ row, index, height, columns, active, onOpen }} now={0} />;
});
function TickingRow(props: RowProps) {
  return <Cells {...props} now={useNow()} />;
}
function Cells({ row, index, height, columns, active, onOpen, now }: RowProps & { now: number }) {
  const { t } = useTranslation();
  const f = useFormats();
  const outcome = outcomeOf(row);
  const tone = OUTCOMES[outcome].tone;
  return (
    <div role="row" id={`row-${row.id}`} aria-rowindex={index + 2} aria-selected={active} data-active={active || undefined} data-tone={outcome === 'answered' || outcome === 'recovered' ? undefined : tone} style={{ transform: `translateY(${index * height}px)` }} onClick={() => onOpen(row.id)}>
      {columns.map((one) => <div key={one.id} role="gridcell" className={`cut ${one.right ? css.right : ''}`}>{one.cell(row, f, t, now)}</div>)}
    </div>
  );
}
