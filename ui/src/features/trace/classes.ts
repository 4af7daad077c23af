// Whose problem a failure is: shape, tone and word of its class. The browser never guesses from text; it shows the
// class and the code that the gateway gave.
import { BatteryLow, Bug, CircleCheck, CircleDashed, CircleStop, FileWarning, Gauge, KeyRound, type LucideIcon, Plug, RefreshCw, Server } from 'lucide-react';
import type { FailureClass, RequestRow } from '../../api/model';
import type { Tone } from '../../shared/ui/layout';

export interface Look {
  tone: Tone;
  icon: LucideIcon;
}

export const CLASSES: Record<FailureClass, Look> = {
  account_invalid: { tone: 'block', icon: KeyRound },
  rate_limited: { tone: 'warn', icon: Gauge },
  quota_exhausted: { tone: 'warn', icon: BatteryLow },
  upstream_capacity: { tone: 'warn', icon: Server },
  network: { tone: 'danger', icon: Plug },
  client_error: { tone: 'info', icon: FileWarning },
  gateway_error: { tone: 'danger', icon: Bug },
  cancelled: { tone: 'idle', icon: CircleStop },
};

export type Outcome = 'answered' | 'recovered' | 'inflight' | FailureClass;

export function outcomeOf(row: Pick<RequestRow, 'class' | 'attempts' | 'in_flight' | 'status'>): Outcome {
  if (row.in_flight) return 'inflight';
  if (row.class in CLASSES) return row.class as FailureClass;
  return row.attempts > 1 ? 'recovered' : 'answered';
}

export const OUTCOMES: Record<Outcome, Look> = {
  answered: { tone: 'ok', icon: CircleCheck },
  recovered: { tone: 'ok', icon: RefreshCw },
  inflight: { tone: 'info', icon: CircleDashed },
  ...CLASSES,
};

export const isFailure = (outcome: Outcome) => outcome in CLASSES && outcome !== 'cancelled';

// The class of every code, where only a code is given (skips, rests). classes.test.ts compares it with core/failure.cpp.
const codes: Record<FailureClass, string> = {
  account_invalid: 'token_revoked token_refresh_failed verification_required forbidden suspended key_rejected project_missing',
  rate_limited: 'rpm tpm concurrency unknown_429',
  quota_exhausted: 'window_5h daily weekly credits protected_reserve',
  upstream_capacity: 'overloaded model_capacity internal_5xx',
  network: 'dns refused tls proxy_auth proxy_down connect_timeout first_byte_timeout idle_timeout stream_cut',
  client_error:
    'path_unknown path_corrected method key_missing key_unknown key_expired key_elsewhere key_rate key_concurrency key_budget ' +
    'key_guesses key_not_allowed_model model_unknown model_blocked_by_rule ' +
    'no_account bad_json schema context_too_long body_too_large head_too_large feature_unsupported content_blocked ' +
    'content_type content_encoding bad_http expectation peer_refused host_refused origin_refused view_only upgrade_unsupported upstream_refused ' +
    'slow_client conflict',
  gateway_error: 'translate_request translate_reply config storage busy shutting_down internal',
  cancelled: 'client_gone',
};
export const CODES: ReadonlyMap<string, FailureClass> = new Map(
  Object.entries(codes).flatMap(([name, list]) => list.split(' ').map((code) => [code, name as FailureClass])),
);

export const SKIP_REASONS = [
  'off', 'needs_reauth', 'verification', 'forbidden', 'key_rejected', 'cooling', 'quota', 'protected', 'model_missing', 'model_excluded',
  'feature_missing', 'busy', 'pinned_elsewhere', 'group_mismatch', 'proxy_down', 'already_tried', 'lower_rank',
];
