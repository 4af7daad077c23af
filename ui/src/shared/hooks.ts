import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearch } from 'wouter';
import { hub, type LiveEvent } from '../api/live';
import { type Formats, formatsFor } from './format';
import { type Preference, preference, setPreference, watchPreferences } from './preferences';

export function usePreference(name: Preference): [string, (value: string) => void] {
  const value = useSyncExternalStore(watchPreferences, () => preference(name));
  return [value, (next) => setPreference(name, next)];
}

export function useLive() {
  return useSyncExternalStore(hub.watch, hub.snapshot);
}

export function useLiveEvents(listener: (event: LiveEvent) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => hub.subscribe((event) => latest.current(event)), []);
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return formatsFor(i18n.language);
}

// One clock for all countdowns, so that they tick together.
const ticking = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let now = Date.now();
function watchClock(listener: () => void): () => void {
  ticking.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of ticking) one();
  }, 1000);
  return () => {
    ticking.delete(listener);
    if (ticking.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}
export function useNow(): number {
  return useSyncExternalStore(watchClock, () => {
    if (timer === null) now = Date.now();
    return now;
  });
}

// A part of the address as state: links can be copied, Back undoes.
export function useUrlState(name: string, fallback = ''): [string, (value: string, push?: boolean) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const value = new URLSearchParams(search).get(name) ?? fallback;
  const set = useCallback(
    (next: string, push = false) => {
      const parameters = new URLSearchParams(window.location.search);
      if (next === fallback) parameters.delete(name);
      else parameters.set(name, next);
      const text = parameters.toString();
      navigate(`${window.location.pathname || path}${text ? `?${text}` : ''}`, { replace: !push });
    },
    [name, fallback, navigate, path],
  );
  return [value, set];
}

export function useDebounced<T>(value: T, milliseconds: number): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const id = setTimeout(() => setLate(value), milliseconds);
    return () => clearTimeout(id);
  }, [value, milliseconds]);
  return late;
}

// The size of an element, for what is drawn to fit.
export function useSize<E extends Element>(): [(node: E | null) => void, { width: number; height: number }] {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const observer = useRef<ResizeObserver | null>(null);
  const attach = useCallback((node: E | null) => {
    observer.current?.disconnect();
    if (!node) return;
    observer.current = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.current.observe(node);
  }, []);
  return [attach, size];
}

export function useTitle(title: string): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
}
