// How far a newcomer is. Everything is derived from what really is, so that a step done elsewhere is ticked here.
import type { Account, RequestRow, Status } from '../../api/model';
import { canServe } from '../accounts/state';

export const STEPS = ['gateway', 'account', 'health', 'client', 'answer'] as const;
export type StepId = (typeof STEPS)[number];

export interface Known {
  status: Status | undefined;
  accounts: Account[];
  requests: RequestRow[];
}

export function doneSteps({ status, accounts, requests }: Known): Set<StepId> {
  const done = new Set<StepId>();
  const answered = requests.some((row) => row.status >= 200 && row.status < 300 && row.attempts > 0);
  if (status?.proxy.running) done.add('gateway');
  if (accounts.length > 0) done.add('account');
  if (status?.proxy.running && accounts.some(canServe)) done.add('health');
  if (requests.length > 0) done.add('client');
  if (answered) done.add('answer');
  return done;
}

export function nextStep(done: ReadonlySet<StepId>): StepId {
  return STEPS.find((one) => !done.has(one)) ?? 'answer';
}
