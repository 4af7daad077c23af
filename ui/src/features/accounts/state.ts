// What an account's chip says. The gateway decides the state; here it only gets a word, a shape and a tone.
import { BatteryLow, CircleCheck, CirclePause, Clock, Gauge, KeyRound, type LucideIcon, Plug, Server, ShieldAlert, TriangleAlert } from 'lucide-react';
import type { Account, Rest } from '../../api/model';
import type { Tone } from '../../shared/ui/layout';
import { CODES } from '../trace/classes';

export interface AccountState {
  word: string; // i18n: account.state.*
  tone: Tone;
  icon: LucideIcon;
  rest?: Rest; // the one that decides
  everything: boolean; // false: only some models rest
}

const byClass: Record<string, [word: string, tone: Tone, icon: LucideIcon]> = {
  rate_limited: ['limited', 'warn', Gauge],
  quota_exhausted: ['quota', 'warn', BatteryLow],
  upstream_capacity: ['capacity', 'warn', Server],
  network: ['network', 'danger', Plug],
};
const byCode: Record<string, string> = {
  token_revoked: 'signin',
  token_refresh_failed: 'signin',
  verification_required: 'verify',
  forbidden: 'forbidden',
  suspended: 'blocked',
  key_rejected: 'key_rejected',
  project_missing: 'project',
};

// An account for a few named models is out when each of them rests.
const restsWholly = (account: Account, rest: Rest) =>
  isForAll(rest) || (account.models.length > 0 && account.models.every((model) => !model.includes('*') && account.rests.some((one) => one.model === model)));

const isForAll = (rest: Rest) => rest.model === '' || rest.model === '*';

const left = (rest: Rest) => rest.remaining_ms ?? Number.MAX_SAFE_INTEGER;

// The rest that matters most: one for all models before one for a single model, then the longest.
export function deciding(rests: Rest[]): Rest | undefined {
  return [...rests].sort((a, b) => Number(isForAll(b)) - Number(isForAll(a)) || left(b) - left(a))[0];
}

export function stateOf(account: Account): AccountState {
  if (account.state === 'unusable') return { word: 'unusable', tone: 'danger', icon: TriangleAlert, everything: true };
  if (account.state === 'needs_sign_in') return { word: 'signin', tone: 'block', icon: KeyRound, everything: true };
  if (!account.enabled || account.state === 'disabled') return { word: 'off', tone: 'idle', icon: CirclePause, everything: true };
  const rest = deciding(account.rests);
  if (rest) {
    const everything = restsWholly(account, rest);
    const problem = byCode[rest.code];
    if (problem) return { word: problem, tone: 'block', icon: problem === 'blocked' ? ShieldAlert : KeyRound, rest, everything };
    const [word, tone, icon] = byClass[CODES.get(rest.code) ?? ''] ?? ['resting', 'warn', Clock];
    return { word, tone, icon, rest, everything };
  }
  if (account.state !== 'ready') return { word: account.state, tone: 'block', icon: TriangleAlert, everything: true };
  return { word: 'ready', tone: 'ok', icon: CircleCheck, everything: true };
}

export const canServe = (account: Account) => {
  const state = stateOf(account);
  return state.word === 'ready' || (state.rest !== undefined && !state.everything);
};
export const needsAction = (account: Account) => {
  const { tone, word } = stateOf(account);
  return tone === 'block' || word === 'unusable';
};

export type Group = 'ready' | 'resting' | 'action' | 'off';
export function groupOf(account: Account): Group {
  if (needsAction(account)) return 'action';
  const { word } = stateOf(account);
  return word === 'off' ? 'off' : word === 'ready' ? 'ready' : 'resting';
}

// Of a short key nothing is shown but that it is there.
export const hasHint = (hint: string): boolean => /\w/.test(hint);
