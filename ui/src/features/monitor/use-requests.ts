import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { RequestRow } from '../../api/model';
import { fetchRequests, type RequestFilter } from '../../api/queries';
import { useLiveEvents } from '../../shared/hooks';
import { RequestStore } from './store';

const PAGE = 200;

export interface Requests {
  rows: RequestRow[];
  get: (id: string) => RequestRow | undefined;
  error: unknown;
  loading: boolean;
  more: boolean; // older ones can be asked for
  loadOlder: () => void;
  reload: () => void;
}

// The list: one page from the ledger, then what happens, then older pages on demand.
export function useRequestRows(filter: RequestFilter): Requests {
  const [store] = useState(() => new RequestStore());
  const rows = useSyncExternalStore(store.watch, store.rows);
  const [state, setState] = useState<{ error: unknown; loading: boolean; next: number | undefined }>({ error: null, loading: true, next: undefined });
  const key = JSON.stringify(filter);
  const running = useRef<AbortController | null>(null);

  const load = useCallback(
    async (before?: number) => {
      running.current?.abort();
      const abort = new AbortController();
      running.current = abort;
      setState((now) => ({ ...now, loading: true }));
      try {
        const page = await fetchRequests({ ...(JSON.parse(key) as RequestFilter), limit: PAGE, ...(before && { before }) }, abort.signal);
        store.merge(page.requests);
        setState({ error: null, loading: false, next: page.next_before });
      } catch (error) {
        if (!abort.signal.aborted) setState((now) => ({ ...now, error, loading: false }));
      }
    },
    [key, store],
  );
  useEffect(() => {
    store.clear();
    void load();
    return () => running.current?.abort();
  }, [load, store]);

  useLiveEvents((event) => {
    if (event.type === 'request.started') store.started(event.data as RequestRow);
    else if (event.type === 'request.finished') store.merge([event.data as RequestRow]);
    else if (event.type === 'tick') {
      void fetchRequests({ ...filter, limit: 50 }).then((page) => store.merge(page.requests), () => undefined);
    } else if (event.type === 'resync') {
      store.forgetInFlight();
      void load();
    }
  });
  return {
    rows,
    get: store.get,
    error: state.error,
    loading: state.loading,
    more: state.next !== undefined,
    loadOlder: () => {
      if (!state.loading && state.next !== undefined) void load(state.next);
    },
    reload: () => void load(),
  };
}
