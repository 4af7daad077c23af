// What of an account comes back, and when.
import type { Account } from '../../api/model';

const HOUR = 3_600_000;
export const SPANS: Record<string, number> = { '6h': 6 * HOUR, '24h': 24 * HOUR, '7d': 168 * HOUR };

export interface Returning {
  kind: 'rest' | 'quota';
  name: string; // the model that rests, empty: all; the window of the quota
  at: number;
  left: number | null;
}

export function eventsOf(account: Account, now: number): Returning[] {
  const rests = account.rests.flatMap((rest): Returning[] =>
    rest.remaining_ms === undefined ? [] : [{ kind: 'rest', name: rest.model === '*' ? '' : rest.model, at: now + rest.remaining_ms, left: 0 }],
  );
  const windows = (account.quota ?? []).flatMap((one): Returning[] =>
    one.resets_ms === null || one.resets_ms <= now ? [] : [{ kind: 'quota', name: one.models && one.models !== one.name ? `${one.name} · ${one.models}` : one.name, at: one.resets_ms, left: one.left }],
  );
  return [...rests, ...windows].sort((a, b) => a.at - b.at);
}

// The most of them that fall into one hour.
export function sameHour(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  sorted.forEach((at, i) => {
    while (at - (sorted[from] ?? at) > HOUR) from += 1;
    most = Math.max(most, i - from + 1);
  });
  return most;
}
