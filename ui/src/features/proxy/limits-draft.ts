// The limits of a client's key as they are typed, and what of that is sent.
import type { ClientKey, KeyChange, KeyLimits } from '../../api/model';
import { namesIn } from '../accounts/hints';

export const NUMBERS = ['requests_per_minute', 'concurrency', 'tokens_per_day'] as const;
export const LISTS = ['models', 'networks'] as const;
export type LimitsDraft = Record<(typeof NUMBERS)[number] | (typeof LISTS)[number] | 'ends', string>;

export const DAYS = ['1', '7', '30', '90', '365'];
const DAY_MS = 86_400_000;
const NEVER = '0';
const AS_IT_IS = ''; // of a key that ends some day

export const draftOf = (key: KeyLimits): LimitsDraft => ({
  models: (key.models ?? []).join(', '),
  networks: (key.networks ?? []).join(', '),
  requests_per_minute: key.requests_per_minute ? String(key.requests_per_minute) : '',
  concurrency: key.concurrency ? String(key.concurrency) : '',
  tokens_per_day: key.tokens_per_day ? String(key.tokens_per_day) : '',
  ends: key.expires_ms === undefined ? NEVER : AS_IT_IS,
});

// People write thousands apart; what is no whole number is refused at its field, before anything is sent.
const digitsOf = (text: string) => text.replace(/[\s\u00a0\u202f,.'_]/g, '');
const isNumber = (text: string) => text.trim() === '' || /^[\s\u00a0\u202f]*\d{1,3}([\s\u00a0\u202f,.'_]?\d{3})*[\s\u00a0\u202f]*$/.test(text) || /^\s*\d+\s*$/.test(text);
export const wrongNumber = (draft: LimitsDraft) => NUMBERS.find((name) => !isNumber(draft[name]));

// Only what differs from the key as it was, so that two windows do not undo each other.
export function changesOf(key: KeyLimits, draft: LimitsDraft, now: number): KeyChange {
  const before = draftOf(key);
  const out: KeyChange = {};
  for (const name of LISTS) if (draft[name] !== before[name]) out[name] = namesIn(draft[name]);
  for (const name of NUMBERS) if (draft[name] !== before[name]) out[name] = Number(digitsOf(draft[name])) || null;
  if (draft.ends !== before.ends) out.expires_ms = draft.ends === NEVER ? null : now + Number(draft.ends) * DAY_MS;
  return out;
}

// Of a key that is not made yet: what is empty is left out.
export function limitsOf(draft: LimitsDraft, now: number): KeyLimits {
  const set = Object.entries(changesOf({}, draft, now)).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(set) as KeyLimits;
}

export const isLimited = (key: ClientKey) => Boolean(key.models?.length || key.networks?.length || NUMBERS.some((name) => key[name]));
