// The requests that are known to this page: newest first, at most so many; what is in flight is a row like any other.
import type { RequestRow } from '../../api/model';

const ROWS_MAX = 10_000;

export class RequestStore {
  private byId = new Map<string, RequestRow>();
  private sorted: RequestRow[] = [];
  private dirty = false;
  private watchers = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  rows = (): RequestRow[] => {
    if (this.dirty) {
      this.sorted = [...this.byId.values()].sort((a, b) => b.started_ms - a.started_ms || (b.sequence ?? 0) - (a.sequence ?? 0) || (a.id < b.id ? 1 : -1)).slice(0, ROWS_MAX);
      if (this.byId.size > ROWS_MAX) this.byId = new Map(this.sorted.map((row) => [row.id, row]));
      this.dirty = false;
    }
    return this.sorted;
  };
  get = (id: string): RequestRow | undefined => this.byId.get(id);

  clear(): void {
    this.byId.clear();
    this.dirty = true;
    this.tell();
  }
  merge(rows: RequestRow[]): void {
    for (const row of rows) {
      const there = this.byId.get(row.id);
      this.byId.set(row.id, there?.sequence && !row.sequence ? { ...row, sequence: there.sequence } : row);
    }
    if (rows.length > 0) this.later();
  }
  started(part: Partial<RequestRow> & { id: string; started_ms: number }): void {
    if (this.byId.has(part.id)) return;
    this.byId.set(part.id, { ...blank, ...part, in_flight: true });
    this.later();
  }
  // A stream that was lost may have missed an end: rows in flight that the gateway has finished are told again by it.
  forgetInFlight(): void {
    for (const [id, row] of this.byId) if (row.in_flight) this.byId.delete(id);
    this.later();
  }

  // At most four times a second: nobody reads faster, and a burst must not freeze the page.
  private later(): void {
    this.dirty = true;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.tell();
    }, 250);
  }
  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }
}

const blank: RequestRow = {
  id: '', sequence: 0, started_ms: 0, dialect: '', path: '', client_key: '', model: '', provider: '', upstream_model: '', account_id: '', account: '',
  status: 0, class: '', code: '', lane: '', stream: false, input_tokens: null, output_tokens: null, cache_read_tokens: null, cache_write_tokens: null,
  reasoning_tokens: null, latency_ms: 0, first_byte_ms: null, attempts: 0, bytes_in: 0, bytes_out: 0, user_agent: '',
};
