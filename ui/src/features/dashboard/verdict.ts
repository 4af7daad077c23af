// The headline: one computed sentence out of seven, its cause, and one thing to do. No marketing words.
import type { Account, Status } from '../../api/model';
import { canServe } from '../accounts/state';

export interface Facts {
  status: Status;
  accounts: Account[];
  requests: number;
  failures: number;
  recovered: number;
}
export interface Verdict {
  kind: 'setup' | 'stopped' | 'quiet' | 'good' | 'recovering' | 'degraded' | 'down';
  tone: 'ok' | 'warn' | 'danger' | 'idle';
  action?: { label: string; href: string };
}

const BAD_SHARE = 0.05;
const DOWN_SHARE = 0.5;
const ENOUGH = 3;

export function verdictOf({ status, accounts, requests, failures, recovered }: Facts): Verdict {
  if (!status.proxy.running) return { kind: 'stopped', tone: 'idle', action: { label: 'dash.open_proxy', href: '/proxy' } };
  const real = accounts.filter((one) => one.provider !== 'demo');
  if (real.length === 0) return { kind: 'setup', tone: 'idle' };
  const ready = accounts.filter(canServe).length;
  const share = requests > 0 ? failures / requests : 0;
  if (ready === 0 || (requests >= ENOUGH && share >= DOWN_SHARE)) return { kind: 'down', tone: 'danger', action: ready === 0 ? { label: 'dash.open_accounts', href: '/accounts' } : { label: 'dash.open_failures', href: '/monitor?q=is:failed' } };
  if (requests === 0) return { kind: 'quiet', tone: 'ok', action: { label: 'connect.title', href: '/proxy/clients' } };
  if (share >= BAD_SHARE) return { kind: 'degraded', tone: 'warn', action: { label: 'dash.open_failures', href: '/monitor?q=is:failed' } };
  if (recovered > 0) return { kind: 'recovering', tone: 'ok', action: { label: 'dash.open_recovered', href: '/monitor?q=is:recovered' } };
  return { kind: 'good', tone: 'ok' };
}
