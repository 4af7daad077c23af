// The shapes of the admin API's answers (/api/v1). Members that only newer gateways send are optional; what is missing
// is shown as unknown, never as zero.

export type FailureClass =
  | 'account_invalid'
  | 'rate_limited'
  | 'quota_exhausted'
  | 'upstream_capacity'
  | 'network'
  | 'client_error'
  | 'gateway_error'
  | 'cancelled';

export interface WireError {
  class?: string;
  code: string;
  message: string;
  field?: string;
  retry_after_ms?: number;
  remedy?: string;
}

export interface Status {
  rights?: 'manage' | 'view';
  version: string;
  pid: number;
  started_ms: number;
  uptime_s: number;
  workers: number;
  proxy: {
    running: boolean;
    address: string;
    open_to_lan: boolean;
    keys_demanded: boolean;
    since_ms?: number;
    in_flight?: number;
  };
  accounts: { total: number; enabled: number; unusable: number; resting: number };
  routes: number;
  keys: number;
  ledger: { requests: number; bytes: number; dropped: number; lost: number; last_error: string };
  rescued?: { what: 'vault' | 'ledger'; why: string; kept_as: string; restored_from?: string }[];
  settings: Record<string, unknown>;
}

export interface Rest {
  model: string;
  code: string;
  message: string;
  remaining_ms?: number; // missing: until somebody acts
  set_by: string;
  since_ms?: number;
}

// null: the provider did not say.
export interface QuotaWindow {
  name: string;
  models: string; // with wildcards; empty: all
  limit: number | null;
  remaining: number | null;
  left: number | null; // 0 to 1
  resets_ms: number | null;
  seen_ms: number;
  below_reserve: boolean;
}

export interface Account {
  id: string;
  label: string;
  provider: string;
  base_url: string;
  family?: string;
  address?: string;
  key_hint: string;
  key_header: string;
  models: string[];
  excluded_models: string[];
  enabled: boolean;
  priority: number;
  weight: number;
  max_concurrency: number;
  insecure_http: boolean;
  created_ms: number;
  updated_ms: number;
  rests: Rest[];
  state: string;
  problem?: string;
  kind?: string; // key, oauth
  oauth?: {
    service: string;
    subject: string;
    obtained_ms: number;
    expires_in_ms: number | null;
    refreshing: boolean;
    refused_ms?: number;
    refused_why?: string;
  };
  plan?: string;
  in_flight?: number;
  last_used_ms?: number;
  quota?: QuotaWindow[];
  groups: string[];
  tags: string[];
  reserve_percent: number;
  reserve_strict: boolean;
  pinned: boolean;
  quota_can_be_asked: boolean;
  quota_failure?: { message: string };
}

export interface AccountForm {
  label?: string;
  provider?: string;
  base_url?: string;
  key?: string;
  key_header?: string;
  models?: string[];
  excluded_models?: string[];
  enabled?: boolean;
  priority?: number;
  weight?: number;
  max_concurrency?: number;
  insecure_http?: boolean;
  groups?: string[];
  tags?: string[];
  reserve_percent?: number;
  reserve_strict?: boolean;
}

export interface TestResult {
  ok: boolean;
  account_id: string;
  label: string;
  status: number;
  latency_ms: number;
  tls_ms?: number;
  models_count?: number;
  error?: WireError;
}

export interface Provider {
  name: string;
  display_name: string;
  family: string;
  dialect: string;
  base_url: string;
  key_header: string;
  key_required: boolean;
  key_env: string;
  docs: string;
  note: string;
  preset: boolean;
  local: boolean;
}

export interface ModelFact {
  provider: string;
  match: string;
  display_name: string;
  listed: boolean;
}

export interface ClientGuide {
  name: string;
  display_name: string;
  dialect: string;
  tested: string;
  base_url: string;
  base_url_key: string;
  key_key: string;
  key_travels: string;
  file: string;
  language: string;
  snippet: string;
  why: string;
  wrong: string;
  can_be_written: boolean;
  needs_model: boolean;
}

// What a key may do; what is not there is not limited.
export interface KeyLimits {
  models?: string[];
  networks?: string[];
  expires_ms?: number;
  requests_per_minute?: number;
  concurrency?: number;
  tokens_per_day?: number;
}
// null takes a limit away.
export type KeyChange = { [name in keyof KeyLimits]: KeyLimits[name] | null };
export interface ClientKey extends KeyLimits {
  id: string;
  name: string;
  hint: string;
  created_ms: number;
  revoked_ms?: number;
  tokens_today?: number;
  key?: string;
}
export interface Keys {
  primary: { hint: string };
  demanded: boolean;
  keys: ClientKey[];
}

export interface Rule {
  position: number;
  match: string;
  targets: string[];
  strict?: boolean;
  warnings: string[];
}

export interface Setting {
  name: string;
  kind: 'boolean' | 'integer' | 'text' | 'choice' | 'secret';
  value?: boolean | number | string;
  hint?: string;
  origin: string;
  origin_text: string;
  read_only: boolean;
  allowed: string;
  unit?: string;
  needs_restart: boolean;
  description: string;
}
export interface Settings {
  revision: number;
  settings: Setting[];
}

export interface RequestRow {
  id: string;
  sequence?: number; // absent in events
  started_ms: number;
  dialect: string;
  path: string;
  client_key: string;
  model: string;
  provider: string;
  upstream_model: string;
  account_id: string;
  account: string;
  status: number;
  class: string;
  code: string;
  lane: string;
  stream: boolean;
  input_tokens: number | null;
  output_tokens: number | null;
  cache_read_tokens: number | null;
  cache_write_tokens: number | null;
  reasoning_tokens: number | null;
  latency_ms: number;
  first_byte_ms: number | null;
  attempts: number;
  bytes_in: number;
  bytes_out: number;
  user_agent: string;
  in_flight?: boolean;
}
export interface RequestPage {
  requests: RequestRow[];
  next_before?: number;
}

export interface Skip {
  account_id: string;
  account: string;
  reason: string;
  remaining_ms?: number;
  code?: string;
  set_by?: string;
}
export interface Attempt {
  provider: string;
  model: string;
  account_id: string;
  account: string;
  lane: string;
  begun_ms: number;
  ended_ms: number;
  status: number;
  timings: {
    reused_connection?: boolean;
    dns_ms?: number;
    connect_ms?: number;
    tls_ms?: number;
    sent_ms?: number;
    first_byte_ms?: number;
  };
  skipped?: Skip[];
  error?: WireError;
  scope?: string;
  retry_hint?: string;
  rest_ms?: number;
  rests_until?: string;
  skipped_more?: number;
  waited_ms?: number;
  next?: string;
}
export interface Loss {
  path: string;
  why: string;
  weight: 'harmless' | 'approximated' | 'dropped';
}
export interface Trace {
  id: string;
  started_ms: number;
  path: string;
  dialect: string;
  model: string;
  stream: boolean;
  user_agent: string;
  client_key?: string;
  status: number;
  bytes_in: number;
  bytes_out: number;
  usage: {
    input?: number;
    output?: number;
    cache_read?: number;
    cache_write?: number;
    reasoning?: number;
    estimated: boolean;
  };
  cost_usd?: number | null;
  price_source?: string;
  method?: string;
  operation?: string;
  correction?: string;
  rule?: string;
  targets?: string[];
  attempts?: Attempt[];
  losses?: Loss[];
  error?: WireError;
  stop_reason?: string;
  first_byte_ms?: number;
  total_ms?: number;
  sentence?: string;
}

export interface Stat {
  key: string;
  slice_begin_ms: number;
  requests: number;
  failures: number;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  reasoning_tokens: number;
  latency_ms_sum: number;
  cost_usd: number | null; // null: of no request is the price known
  estimated_cost_usd: number;
  priced: number;
  unpriced: number;
}
export type StatBy = 'model' | 'account' | 'client' | 'provider';
