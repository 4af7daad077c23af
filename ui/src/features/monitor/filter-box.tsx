import { ListFilter, X } from 'lucide-react';
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RequestRow } from '../../api/model';
import { IconButton } from '../../shared/ui/button';
import { type Filter, parseTokens, suggestions } from './filter';
import css from './monitor.module.css';
import { useFilterSentence } from './sentence';

interface BoxProps {
  text: string;
  filter: Filter;
  rows: RequestRow[];
  onText: (text: string) => void;
}

export function FilterBox({ text, filter, rows, onText }: BoxProps) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const token = /\s$/.test(text) || text === '' ? '' : (parseTokens(text).at(-1) ?? '');
  const list = useMemo(() => (open ? suggestions(token, rows) : []), [open, token, rows]);
  const take = (insert: string) => {
    const before = token === '' ? text : text.slice(0, text.length - token.length);
    onText(`${before}${insert}${insert.endsWith(':') ? '' : ' '}`);
    setAt(-1);
    setOpen(insert.endsWith(':'));
    input.current?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      if (list.length > 0) setAt((at + (event.key === 'ArrowDown' ? 1 : -1) + list.length) % list.length);
    } else if (event.key === 'Enter' || (event.key === 'Tab' && at >= 0)) {
      const chosen = list[at];
      if (chosen) {
        event.preventDefault();
        take(chosen.insert);
      } else setOpen(false);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      if (open && list.length > 0) setOpen(false);
      else {
        onText('');
        document.querySelector<HTMLElement>('[data-grid]')?.focus();
      }
    }
  };
  const shown = open && list.length > 0;
  return (
    <div className={css.filter}>
      <ListFilter size={15} aria-hidden />
      <input
        ref={input}
        data-filter
        role="combobox"
        aria-expanded={shown}
        aria-controls={shown ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
        aria-label={t('filter.label')}
        placeholder={t('filter.placeholder')}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          onText(event.target.value);
          setOpen(true);
          setAt(-1);
        }}
        onFocus={() => setOpen(text === '' || token !== '')}
        onBlur={() => setOpen(false)}
        onKeyDown={pressed}
      />
      {text !== '' && <IconButton small icon={X} label={t('action.clear_filters')} onClick={() => onText('')} />}
      {shown && (
        <ul id={id} role="listbox" aria-label={t('filter.suggestions')} className={css.suggest}>
          {list.map((one, i) => (
            <li key={one.insert} id={`${id}-${i}`} role="option" aria-selected={i === at} onPointerDown={(event) => { event.preventDefault(); take(one.insert); }}>
              <span className="mono">{one.insert}</span>
              <small>{one.insert.endsWith(':') ? t(`filter.field.${one.insert.replace(/^-|:$/g, '')}`) : one.count}</small>
            </li>
          ))}
        </ul>
      )}
      <FilterNote filter={filter} />
    </div>
  );
}

function FilterNote({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const sentence = useFilterSentence(filter);
  if (filter.terms.length === 0 && filter.wrong.length === 0) return null;
  return (
    <p className={css.sentence} role="status">
      {filter.terms.length > 0 && <span>{sentence}</span>}
      {filter.wrong.map((one) => (
        <span key={one.source} className={css.wrong}>
          <code>{one.source}</code> {t(`filter.wrong.${one.why}`)} {one.near && t('filter.near', { near: one.near })}
        </span>
      ))}
    </p>
  );
}
