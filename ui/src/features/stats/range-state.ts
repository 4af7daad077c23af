import { useMemo } from 'react';
import { useUrlState } from '../../shared/hooks';
import { RANGES, sliceFor } from './measure';

export interface Range {
  name: string;
  set: (name: string) => void;
  since: number;
  until: number;
  slice: number;
  live: boolean; // ends now
}

export const custom = /^(\d{4}-\d\d-\d\d)~(\d{4}-\d\d-\d\d)$/;
export const dayOf = (text: string) => new Date(`${text}T00:00:00`).getTime();
const DAY = 86_400_000;

export function useRange(fallback = '24h'): Range {
  const [name, set] = useUrlState('range', fallback);
  return useMemo(() => {
    const days = custom.exec(name);
    if (days?.[1] && days[2]) {
      const since = dayOf(days[1]);
      const until = dayOf(days[2]) + DAY;
      return { name, set, since, until, slice: sliceFor(until - since), live: until > Date.now() };
    }
    const known = RANGES[name] ?? RANGES[fallback] ?? { span: DAY, slice: 3_600_000 };
    // To the whole minute, so that the question (and its answer in the cache) stays the same for a while.
    const until = Math.ceil(Date.now() / 60_000) * 60_000;
    return { name, set, since: Math.floor((until - known.span) / known.slice) * known.slice, until, slice: known.slice, live: true };
  }, [name, set, fallback]);
}
