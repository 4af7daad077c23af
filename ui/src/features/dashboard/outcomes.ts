import type { RequestRow } from '../../api/model';
import type { Series } from '../../shared/charts/bars';
import type { Sums } from '../stats/measure';
import { CLASSES, OUTCOMES, type Outcome, outcomeOf } from '../trace/classes';

const ORDER: Outcome[] = ['answered', 'rate_limited', 'quota_exhausted', 'upstream_capacity', 'network', 'account_invalid', 'client_error', 'gateway_error', 'cancelled'];
const colour: Partial<Record<Outcome, string>> = {
  rate_limited: 'var(--warn-mark)',
  quota_exhausted: 'color-mix(in srgb, var(--warn-mark) 65%, var(--text-1))',
  upstream_capacity: 'color-mix(in srgb, var(--warn-mark) 60%, var(--danger-mark))',
  gateway_error: 'color-mix(in srgb, var(--danger-mark) 60%, var(--text-1))',
};

// Answered and failed come from the sums; which class a failure has is known for the newest ones. What is not known is
// drawn as a failure of no class, never left out. The bad part is on top.
export function outcomeSeries(slots: number[], slice: number, sums: Map<number, Sums>, failures: RequestRow[], word: (outcome: Outcome) => string, other: string): Series[] {
  const counts = new Map<string, number>();
  for (const row of failures) {
    const key = `${Math.floor(row.started_ms / slice) * slice} ${outcomeOf(row)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const classes = ORDER.filter((one) => one in CLASSES);
  const of = (slot: number, outcome: Outcome) => counts.get(`${slot} ${outcome}`) ?? 0;
  const answered = slots.map((slot) => Math.max(0, (sums.get(slot)?.requests ?? 0) - (sums.get(slot)?.failures ?? 0)));
  const rest = slots.map((slot) => Math.max(0, (sums.get(slot)?.failures ?? 0) - classes.reduce((sum, one) => sum + of(slot, one), 0)));
  const all: Series[] = ORDER.map((outcome) => ({
    id: outcome,
    label: word(outcome),
    colour: colour[outcome] ?? `var(--${OUTCOMES[outcome].tone}-mark)`,
    values: outcome === 'answered' ? answered : slots.map((slot) => of(slot, outcome)),
  }));
  all.push({ id: 'failed', label: other, colour: 'var(--danger-text)', values: rest });
  return all.filter((one) => one.id === 'answered' || one.values.some((value) => value > 0));
}
