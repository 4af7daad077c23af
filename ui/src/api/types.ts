// Made by tools/api_types.py from the OpenAPI document of the admin API; not to be edited.

export type FailureClass = "account_invalid" | "rate_limited" | "quota_exhausted" | "upstream_capacity" | "network" | "client_error" | "gateway_error" | "cancelled";

export type FailureCode = "token_revoked" | "token_refresh_failed" | "verification_required" | "forbidden" | "suspended" | "key_rejected" | "project_missing" | "rpm" | "tpm" | "concurrency" | "unknown_429" | "window_5h" | "daily" | "weekly" | "credits" | "protected_reserve" | "overloaded" | "model_capacity" | "internal_5xx" | "dns" | "refused" | "tls" | "proxy_auth" | "proxy_down" | "connect_timeout" | "first_byte_timeout" | "idle_timeout" | "stream_cut" | "path_unknown" | "path_corrected" | "method" | "key_missing" | "key_unknown" | "key_expired" | "key_elsewhere" | "key_rate" | "key_concurrency" | "key_budget" | "key_guesses" | "key_not_allowed_model" | "model_unknown" | "model_blocked_by_rule" | "no_account" | "bad_json" | "schema" | "context_too_long" | "body_too_large" | "head_too_large" | "feature_unsupported" | "content_blocked" | "content_type" | "content_encoding" | "bad_http" | "expectation" | "peer_refused" | "host_refused" | "origin_refused" | "view_only" | "upgrade_unsupported" | "upstream_refused" | "slow_client" | "conflict" | "translate_request" | "translate_reply" | "config" | "storage" | "busy" | "shutting_down" | "internal" | "client_gone";

/** every answer of 400 and above */
export interface Refusal {
  error: Error;
}

export interface Error {
  class: FailureClass;
  code: FailureCode;
  message: string;
  /** what of the request is wrong */
  field?: string;
  retry_after_ms?: number;
  remedy: string;
}

export interface Health {
  status: "ok";
}

export interface Done {
  ok: boolean;
}

export interface Status {
  version: string;
  /** of the token that was shown */
  rights: "manage" | "view";
  pid: number;
  started_ms: number;
  uptime_s: number;
  workers: number;
  proxy: Proxy;
  accounts: AccountCounts;
  routes: number;
  keys: number;
  ledger: LedgerState;
  /** databases that were damaged when the gateway started */
  rescued: Rescued[];
  settings: Record<string, unknown>;
}

export interface AccountCounts {
  total: number;
  enabled: number;
  unusable: number;
  resting: number;
}

export interface Rescued {
  what: "vault" | "ledger";
  why: string;
  /** the damaged file */
  kept_as: string;
  /** the copy that is used now; absent: a new one was begun */
  restored_from?: string;
}

export interface LedgerState {
  requests: number;
  bytes: number;
  /** the queue was full */
  dropped: number;
  /** the disk refused them */
  lost: number;
  last_error: string;
}

export interface OpenApi {
  openapi: string;
  info: Record<string, unknown>;
  servers: Record<string, unknown>[];
  paths: Record<string, unknown>;
  components: Record<string, unknown>;
}

export interface LoginLinkForm {
  /** view: the page can change nothing */
  rights?: "manage" | "view";
}

export interface LoginLink {
  /** works once */
  url: string;
  expires_in_s: number;
}

export interface LoginCode {
  /** what stands behind login= in the link */
  code: string;
}

export interface PageToken {
  token: string;
  rights: "manage" | "view";
  /** it is forgotten when it was not used for so long */
  idle_max_s: number;
}

export interface Hello {
  version: string;
  /** differs from start to start */
  boot: string;
  now_ms: number;
  /** the id of the last event before */
  after: string;
}

export interface Resync {
  missed: number | null;
}

export interface Changed {
  /** accounts, keys, requests, routes, settings, proxy */
  what: string;
  which?: string;
}

export interface RequestStarted {
  id: string;
  started_ms: number;
  dialect: string;
  path: string;
  client_key: string;
  model: string;
  stream: boolean;
  bytes_in: number;
  user_agent: string;
}

export interface AccountRests {
  account_id: string;
  account: string;
  why: "rests";
  model: string;
  code?: FailureCode;
  /** absent: until somebody acts */
  rest_ms?: number;
  request: string;
}

export interface Proxy {
  running: boolean;
  address: string;
  host: string;
  port: number;
  since_ms?: number;
  open_to_lan: boolean;
  keys_demanded: boolean;
  in_flight: number;
}

export interface ProxyAndAddresses {
  proxy: Proxy;
  own_addresses: OwnAddress[];
}

export interface OwnAddress {
  interface: string;
  address: string;
  ipv6: boolean;
  loopback: boolean;
}

export interface ProxyStop {
  /** cut what is under way */
  now?: boolean;
}

export interface SelfTest {
  ok: boolean;
  checks: SelfTestCheck[];
}

export interface SelfTestCheck {
  name: "health" | "models_without_key" | "models_with_key" | "foreign_page_refused" | "answer";
  ok: boolean;
  status: number;
  expected_status: number;
  latency_ms: number;
  error?: Error;
}

export interface Accounts {
  accounts: Account[];
}

export interface Account {
  id: string;
  label: string;
  provider: string;
  base_url: string;
  family?: string;
  address?: string;
  kind: "key" | "oauth";
  key_hint: string;
  key_header: string;
  project?: string;
  location?: string;
  /** of an account that was signed in */
  oauth?: SignedIn;
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
  state: "ready" | "resting" | "disabled" | "needs_sign_in" | "unusable";
  problem?: string;
  /** names under which targets may mean several accounts */
  groups: string[];
  tags: string[];
  /** of its quota, kept for its owner: below it the account is asked last … */
  reserve_percent: number;
  /** … or not at all */
  reserve_strict: boolean;
  /** preferred whenever it may serve: scheduling.pinned_account */
  pinned: boolean;
  /** empty: the provider has said nothing */
  quota: QuotaWindow[];
  /** else only answers and refusals tell it */
  quota_can_be_asked: boolean;
  quota_asked_ms?: number;
  /** why asking brought nothing */
  quota_failure?: Error;
  /** of a single account */
  story?: AccountStory;
}

export interface AccountStory {
  what: string;
  code?: FailureCode;
  since_ms?: number;
  back_in_ms?: number;
  /** the provider's own words */
  evidence: string;
  /** the id of the request that shows it */
  request: string;
  next: string;
}

export interface QuotaWindow {
  /** requests, tokens, 5h, 7d, a refusal's code, or a model */
  name: string;
  /** which it is about, with wildcards; empty: all of the account's */
  models: string;
  limit: number | null;
  remaining: number | null;
  /** 0 to 1 */
  left: number | null;
  resets_ms: number | null;
  seen_ms: number;
  below_reserve: boolean;
}

export interface SignedIn {
  service: string;
  /** who signed in */
  subject: string;
  obtained_ms: number;
  expires_in_ms: number | null;
  refreshing: boolean;
  /** the newest tokens could not be stored yet */
  unsaved: boolean;
  refused_ms?: number;
  refused_why?: string;
  last_failure?: Error;
}

export interface Rest {
  model: string;
  code: FailureCode;
  message: string;
  /** instead of remaining_ms */
  until?: "somebody_acts";
  remaining_ms?: number;
  since_ms?: number;
  /** why it is passed over, in the words of a trace */
  reason: string;
  remedy: string;
  /** the id of a request */
  set_by: string;
}

export interface AccountForm {
  label?: string;
  /** required for a new account */
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
  project?: string;
  location?: string;
  groups?: string[];
  tags?: string[];
  reserve_percent?: number;
  reserve_strict?: boolean;
}

export interface SignInForm {
  /** sign this one in again */
  account?: string;
  /** false: the answer will be pasted */
  listen?: boolean;
  /** google, or custom with the four addresses */
  service?: string;
  /** the user's own OAuth client; default: the one in the settings */
  client_id?: string;
  client_secret?: string;
  auth_url?: string;
  token_url?: string;
  userinfo_url?: string;
  revoke_url?: string;
  /** with spaces between them */
  scopes?: string;
  /** of the new account */
  provider?: string;
  label?: string;
  base_url?: string;
}

export interface SignInBegun {
  login_id: string;
  url: string;
  redirect_uri: string;
  listening: boolean;
  expires_in_s: number;
}

export interface SignInState {
  state: "waiting" | "redeeming" | "done" | "failed";
  remaining_ms?: number;
  error?: Error;
  updated?: boolean;
  account?: Account;
}

export interface SignInAnswer {
  login_id: string;
  /** the address on which the browser ended, or the bare code */
  answer: string;
}

export interface SignInDone {
  /** the account was there already */
  updated: boolean;
  account: Account;
}

export interface ImportForm {
  /** refresh tokens, account files, files of Google Cloud, settings of Antigravity Manager, or an export */
  text: string;
  /** of an export */
  passphrase?: string;
  account?: string;
  listen?: boolean;
  /** google, or custom with the four addresses */
  service?: string;
  /** the user's own OAuth client; default: the one in the settings */
  client_id?: string;
  client_secret?: string;
  auth_url?: string;
  token_url?: string;
  userinfo_url?: string;
  revoke_url?: string;
  /** with spaces between them */
  scopes?: string;
  /** of the new account */
  provider?: string;
  label?: string;
  base_url?: string;
}

export interface Imported {
  items: ImportedItem[];
  routes: number;
  counts: Record<string, number>;
}

export interface ImportedItem {
  place: number;
  recognised: string;
  hint: string;
  subject: string;
  provider: string;
  result: "add" | "duplicate" | "invalid" | "added" | "unchecked" | "rejected";
  account?: string;
  label?: string;
  why?: string;
}

export interface ExportForm {
  passphrase: string;
  /** ids or labels; default: all */
  accounts?: string[];
  /** default true */
  routes?: boolean;
  /** the stored ones, secrets included; default false */
  settings?: boolean;
}

export interface Exported {
  accounts: number;
  routes: number;
  settings: number;
  text: string;
}

export interface AccountTest {
  ok: boolean;
  account_id: string;
  label: string;
  provider: string;
  status: number;
  latency_ms: number;
  tls_ms?: number;
  models_count?: number;
  /** this computer's clock before the upstream's, where its answer is dated */
  clock_ahead_ms?: number;
  error?: Error;
}

export interface Routes {
  routes: Route[];
}

export interface Route {
  position: number;
  match: string;
  targets: string[];
  /** what translation would lose is refused */
  strict: boolean;
  warnings: string[];
}

export interface RouteForm {
  match: string;
  targets: string[];
  strict?: boolean;
  /** only for a new one */
  position?: number;
}

export interface RoutesForm {
  routes: RouteInList[];
}

/** what /routes gave may be given back */
export interface RouteInList {
  match: string;
  targets: string[];
  strict?: boolean;
  position?: number;
  warnings?: string[];
}

export interface RoutePresets {
  presets: RoutePreset[];
}

export interface RoutePreset {
  name: string;
  title: string;
  rules: RoutePresetRule[];
}

export interface RoutePresetRule {
  match: string;
  targets: string[];
}

export interface RoutePresetUse {
  /** NAME=OTHER: what the preset sends to one goes to the other */
  instead?: string[];
  /** without: nothing changes */
  write?: boolean;
}

export interface RoutePresetUsed {
  written: boolean;
  changes: RouteChange[];
  /** all of them, afterwards */
  routes: Route[];
}

export interface RouteChange {
  kind: "new" | "changed" | "unchanged";
  position: number;
  match: string;
  targets: string[];
  before?: string[];
}

export interface RouteMove {
  to: number;
}

export interface Keys {
  primary: KeyHint;
  demanded: boolean;
  keys: Key[];
}

export interface KeyHint {
  hint: string;
}

export interface Key {
  id: string;
  name: string;
  hint: string;
  created_ms: number;
  revoked_ms?: number;
  /** as clients name them, with *; none: all */
  models?: string[];
  /** where its requests may come from; none: anywhere */
  networks?: string[];
  expires_ms?: number;
  requests_per_minute?: number;
  concurrency?: number;
  /** input and output, by the day of UTC */
  tokens_per_day?: number;
  /** of a key with a budget */
  tokens_today?: number;
}

export interface KeyForm {
  name: string;
  /** as clients name them, with *; none: all */
  models?: string[];
  /** where its requests may come from; none: anywhere */
  networks?: string[];
  expires_ms?: number;
  requests_per_minute?: number;
  concurrency?: number;
  /** input and output, by the day of UTC */
  tokens_per_day?: number;
}

/** null, 0 and [] take a limit away */
export interface KeyLimits {
  /** as clients name them, with *; none: all */
  models?: string[] | null;
  /** where its requests may come from; none: anywhere */
  networks?: string[] | null;
  expires_ms?: number | null;
  requests_per_minute?: number | null;
  concurrency?: number | null;
  /** input and output, by the day of UTC */
  tokens_per_day?: number | null;
}

export interface KeyRotation {
  /** that the old key works beside the new one; 0 or absent: not at all */
  overlap_hours?: number;
}

export interface NewKey {
  id: string;
  name: string;
  hint: string;
  created_ms: number;
  /** as clients name them, with *; none: all */
  models?: string[];
  /** where its requests may come from; none: anywhere */
  networks?: string[];
  expires_ms?: number;
  requests_per_minute?: number;
  concurrency?: number;
  /** input and output, by the day of UTC */
  tokens_per_day?: number;
  tokens_today?: number;
  /** shown this once */
  key: string;
}

export interface Requests {
  requests: Request[];
  /** for ?before= of the next page */
  next_before?: number;
}

export interface Request {
  id: string;
  /** absent in events */
  sequence?: number;
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
  class: FailureClass | "";
  code: FailureCode | "";
  lane: string;
  stream: boolean;
  /** by the gateway, as the provider said nothing */
  usage_estimated: boolean;
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
  /** at list price; absent in events; null: the price or the tokens are unknown */
  cost_usd?: number | null;
  /** only of one request */
  bodies?: BodyKind[];
}

export type BodyKind = "client" | "upstream" | "upstream_reply" | "reply";

export interface Forgotten {
  forgotten: number;
}

export interface Message {
  id: string;
  kind: BodyKind;
  first_line: string;
  headers: Header[];
  content_type: string;
  bytes: number;
  truncated: boolean;
  body: string;
}

export interface Header {
  name: string;
  value: string;
}

export interface ReplayForm {
  body?: unknown;
  model?: string;
  stream?: boolean;
}

export interface Recording {
  on: boolean;
  until_ms?: number;
  /** what logging.bodies keeps */
  otherwise: "none" | "failures" | "all";
}

export interface RecordingForm {
  minutes?: number;
}

export interface Bundle {
  format: "agt-bundle/1";
  made_by: string;
  request: BundleRequest;
  attempts: BundleAttempt[];
  /** how the last answer of an upstream ended */
  upstream_end: "whole" | "cut" | "silent" | "none";
  /** by their kind: client, upstream, upstream_reply, reply */
  messages: Record<string, BundleMessage>;
}

export interface BundleRequest {
  id: string;
  started_ms: number;
  dialect: string;
  operation: string;
  path: string;
  model: string;
  stream: boolean;
  status: number;
  class?: string;
  code?: string;
  total_ms: number;
}

export interface BundleAttempt {
  provider?: string;
  model?: string;
  lane?: string;
  scope?: string;
  next?: string;
  begun_ms?: number;
  ended_ms?: number;
  status?: number;
  waited_ms?: number;
  rest_ms?: number;
  class?: string;
  code?: string;
  message?: string;
  field?: string;
}

export interface BundleMessage {
  first_line: string;
  headers: Header[];
  truncated: boolean;
  /** it is no text */
  left_out: boolean;
  body: string;
}

export interface Replayed {
  /** of the new request */
  id: string;
  status: number;
  latency_ms: number;
  content_type: string;
  truncated: boolean;
  body: string;
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
  usage: Usage;
  cost_usd: number | null;
  price_source?: string;
  /** YYYY-MM-DD */
  price_checked?: string;
  method: string;
  operation: string;
  /** how a wrong path was understood */
  correction?: string;
  /** of the client's own trace */
  traceparent?: string;
  rule?: string;
  targets?: string[];
  attempts: Attempt[];
  losses?: Loss[];
  error?: Error;
  usage_estimated?: boolean;
  stop_reason?: string;
  first_byte_ms?: number;
  total_ms: number;
  sentence: string;
}

export interface Usage {
  input?: number;
  output?: number;
  cache_read?: number;
  cache_write?: number;
  reasoning?: number;
  estimated: boolean;
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
  timings: Timings;
  skipped?: Skip[];
  /** that are not listed */
  skipped_more?: number;
  /** in line for an account */
  waited_ms?: number;
  error?: Error;
  scope?: string;
  /** how sure the diagnosis is */
  confidence?: string;
  retry_hint?: string;
  rest_ms?: number;
  rests_until?: "somebody_acts";
  next?: "same_account" | "next_account" | "next_target" | "stop";
}

export interface Timings {
  reused_connection?: boolean;
  dns_ms?: number;
  connect_ms?: number;
  tls_ms?: number;
  sent_ms?: number;
  first_byte_ms?: number;
}

export interface Skip {
  account_id: string;
  account: string;
  reason: string;
  remaining_ms?: number;
  code?: FailureCode;
  set_by?: string;
}

export interface Loss {
  path: string;
  why: string;
  weight: "harmless" | "approximated" | "dropped";
}

export interface Stats {
  by: StatBy;
  stats: Stat[];
}

export type StatBy = "model" | "account" | "client" | "provider" | "day";

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
  /** at list price, of the requests that have one; null: none has */
  cost_usd: number | null;
  /** the part of it that rests on estimated tokens */
  estimated_cost_usd: number;
  /** requests with a cost */
  priced: number;
  /** with tokens, but without a known price */
  unpriced: number;
  /** with tokens that the gateway estimated */
  estimated: number;
}

export interface Settings {
  revision: number;
  settings: Setting[];
}

export interface Setting {
  name: string;
  kind: "boolean" | "integer" | "text" | "choice" | "secret";
  value?: string | number | boolean;
  /** of a secret */
  hint?: string;
  origin: "default" | "stored" | "config_file" | "environment" | "flag";
  origin_text: string;
  read_only: boolean;
  allowed: string;
  unit?: string;
  needs_restart: boolean;
  description: string;
}

export interface RevealedSetting {
  name: string;
  value: string;
}

/** null: back to the default */
export type SettingsForm = Record<string, unknown>;

export interface SettingsCheck {
  ok: boolean;
  errors: Error[];
  moves_port: boolean;
  needs_restart: string[];
  /** set by the user's file, the environment or a flag: stored, but without effect */
  overruled: string[];
}

export interface Models {
  models: Model[];
}

export interface Model {
  provider: string;
  match: string;
  display_name: string;
  listed: boolean;
  context_tokens?: number;
  output_tokens?: number;
  thinking: "none" | "effort" | "budget" | "level";
  images: boolean;
  documents: boolean;
  audio: boolean;
  tools: boolean;
  source: string;
  checked: string;
}

export interface Prices {
  prices: Price[];
}

/** dollars for a million tokens */
export interface Price {
  provider: string;
  match: string;
  input: number;
  output: number;
  cache_read?: number;
  cache_write?: number;
  /** kept for longer */
  cache_write_long?: number;
  reasoning?: number;
  /** a request with more input tokens costs the long rates throughout */
  long_above?: number;
  long?: Rates;
  /** YYYY-MM-DD: from then on it is no longer so */
  before?: string;
  source: string;
  /** YYYY-MM-DD; empty: the user's own */
  checked: string;
  from_user: boolean;
}

export interface Rates {
  input: number;
  output: number;
  cache_read?: number;
  cache_write?: number;
  cache_write_long?: number;
  reasoning?: number;
}

export interface Providers {
  providers: Provider[];
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

export interface Clients {
  clients: Client[];
}

export interface Client {
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
  /** its files, by /clients/{client}/connect */
  can_be_written: boolean;
  /** to do so */
  needs_model: boolean;
}

export interface ClientSetupForm {
  model?: string;
}

export interface ClientSetup {
  connection: "none" | "here" | "elsewhere";
  can_be_undone: boolean;
  /** what would be, or was, written; without the key */
  changes: FileChange[];
  /** backups that were made, or files that were put back */
  files: string[];
  /** variables of the gateway's own environment that may win over the files */
  watched: string[];
}

export interface FileChange {
  path: string;
  is_new: boolean;
  diff: DiffLine[];
}

export interface DiffLine {
  kind: "same" | "removed" | "added";
  text: string;
}

export interface ExplainForm {
  /** where the client would send it; default /v1/chat/completions */
  path?: string;
  /** in place of the request's */
  model?: string;
  /** the client's request */
  body?: unknown;
  headers?: Record<string, string>;
  client_key?: string;
  /** what if: accounts or providers that are taken for exhausted */
  without?: string[];
}

export interface Explained {
  /** always false */
  sent: boolean;
  /** of the client */
  dialect?: string;
  model?: string;
  sentence: string;
  rule?: string;
  targets?: ExplainedTarget[];
  would_send?: WouldSend;
  error?: Error;
}

export interface ExplainedTarget {
  target: string;
  accounts: ExplainedAccount[];
}

export interface ExplainedAccount {
  account_id: string;
  account: string;
  may_serve: boolean;
  /** it was left out by "without" */
  assumed?: boolean;
  reason?: string;
  remaining_ms?: number;
  code?: FailureCode;
  set_by?: string;
}

export interface WouldSend {
  account: string;
  lane: string;
  losses?: string[];
  method?: string;
  url?: string;
  /** secrets are masked */
  headers?: Record<string, string>;
  body?: unknown;
}

/** What each endpoint takes and gives, by method and path below /api/v1. */
export interface Endpoints {
  /** All accounts with their health; never a credential. */
  "GET /accounts": { answer: Accounts; body: never };
  /** Adds an account. */
  "POST /accounts": { answer: Account; body: AccountForm };
  /** Accounts and rules, sealed under a passphrase. */
  "POST /accounts/export": { answer: Exported; body: ExportForm };
  /** Imports tokens, accounts, or an export. */
  "POST /accounts/import/apply": { answer: Imported; body: ImportForm };
  /** What an import would do, item by item. */
  "POST /accounts/import/preview": { answer: Imported; body: ImportForm };
  /** Ends it with the pasted address or code. */
  "POST /accounts/oauth/finish": { answer: SignInDone; body: SignInAnswer };
  /** Begins a sign-in: the link for the browser. */
  "POST /accounts/oauth/start": { answer: SignInBegun; body: SignInForm };
  /** How a sign-in stands: waiting, done or failed. */
  "GET /accounts/oauth/{login}": { answer: SignInState; body: never };
  /** Gives a sign-in up and closes its port. */
  "DELETE /accounts/oauth/{login}": { answer: Done; body: never };
  /** One account by id or label. */
  "GET /accounts/{account}": { answer: Account; body: never };
  /** Replaces an account; without a key the old stays. */
  "PUT /accounts/{account}": { answer: Account; body: AccountForm };
  /** Changes the given fields of an account. */
  "PATCH /accounts/{account}": { answer: Account; body: AccountForm };
  /** Removes an account and its credential. */
  "DELETE /accounts/{account}": { answer: Account; body: never };
  /** Keeps the account, but unused. */
  "POST /accounts/{account}/disable": { answer: Account; body: never };
  /** Lets the account serve again. */
  "POST /accounts/{account}/enable": { answer: Account; body: never };
  /** Asks the provider what is left of the account. */
  "POST /accounts/{account}/quota": { answer: Account; body: never };
  /** A new access token, and no rests. */
  "POST /accounts/{account}/refresh": { answer: Account; body: never };
  /** Ends every rest of the account. */
  "POST /accounts/{account}/reset": { answer: Account; body: never };
  /** Asks the upstream for its models. */
  "POST /accounts/{account}/test": { answer: AccountTest; body: never };
  /** What is known about models. */
  "GET /catalogue/models": { answer: Models; body: never };
  /** What models cost, with the user's own prices first. */
  "GET /catalogue/prices": { answer: Prices; body: never };
  /** The providers and presets that accounts can name. */
  "GET /catalogue/providers": { answer: Providers; body: never };
  /** What to set in which client, with snippets. */
  "GET /clients": { answer: Clients; body: never };
  /** Writes the files of a client on this computer, with backups. */
  "POST /clients/{client}/connect": { answer: ClientSetup; body: ClientSetupForm | undefined };
  /** Puts back what was there before. */
  "POST /clients/{client}/disconnect": { answer: ClientSetup; body: never };
  /** What setting a client up would write. */
  "POST /clients/{client}/preview": { answer: ClientSetup; body: ClientSetupForm | undefined };
  /** What happens now, as server-sent events. */
  "GET /events": { answer: never; body: never };
  /** Whether the gateway runs. */
  "GET /health": { answer: Health; body: never };
  /** Client keys; never a key itself. */
  "GET /keys": { answer: Keys; body: never };
  /** Makes a client key and shows it, this once. */
  "POST /keys": { answer: NewKey; body: KeyForm };
  /** Changes the given limits of a client key, by id or name. */
  "PATCH /keys/{key}": { answer: Keys; body: KeyLimits };
  /** Revokes a client key by id or name. */
  "DELETE /keys/{key}": { answer: Keys; body: never };
  /** A new key of the same name; the old one works a while longer. */
  "POST /keys/{key}/rotate": { answer: NewKey; body: KeyRotation | undefined };
  /** Exchanges the code of such a link for the page's token. */
  "POST /login": { answer: PageToken; body: LoginCode };
  /** Makes a link that opens the interface once. */
  "POST /login/link": { answer: LoginLink; body: LoginLinkForm | undefined };
  /** Ends the page's token. */
  "POST /logout": { answer: Done; body: never };
  /** This table as an OpenAPI document. */
  "GET /openapi.json": { answer: OpenApi; body: never };
  /** The clients' port, and the addresses of this computer. */
  "GET /proxy": { answer: ProxyAndAddresses; body: never };
  /** Calls the clients' port as a client would. */
  "POST /proxy/selftest": { answer: SelfTest; body: never };
  /** Opens the clients' port. */
  "POST /proxy/start": { answer: Proxy; body: never };
  /** Closes it; requests under way are finished, or cut. */
  "POST /proxy/stop": { answer: Proxy; body: ProxyStop | undefined };
  /** Whether everything that is said is kept, and until when. */
  "GET /recording": { answer: Recording; body: never };
  /** Keeps everything that is said for some minutes, whatever logging.bodies says. */
  "POST /recording": { answer: Recording; body: RecordingForm | undefined };
  /** Ends that. */
  "DELETE /recording": { answer: Recording; body: never };
  /** The last requests, newest first. */
  "GET /requests": { answer: Requests; body: never };
  /** Forgets all requests. */
  "DELETE /requests": { answer: Forgotten; body: never };
  /** One request by its id or the unique beginning of it. */
  "GET /requests/{id}": { answer: Request; body: never };
  /** A message as it was: client, upstream, upstream_reply or reply; logging.bodies decides what is kept. */
  "GET /requests/{id}/body/{kind}": { answer: Message; body: never };
  /** One request with all that was said, without credentials and addresses, to hand on. */
  "GET /requests/{id}/bundle": { answer: Bundle; body: never };
  /** Sends the client's request again, or an edit of it. */
  "POST /requests/{id}/replay": { answer: Replayed; body: ReplayForm };
  /** Every decision of one request. */
  "GET /requests/{id}/trace": { answer: Trace; body: never };
  /** The rules, in the order in which they are asked. */
  "GET /routes": { answer: Routes; body: never };
  /** Inserts a rule, at the end without a position. */
  "POST /routes": { answer: Route; body: RouteForm };
  /** Replaces the whole list. */
  "PUT /routes": { answer: Routes; body: RoutesForm };
  /** What would happen to a request; nothing is sent. */
  "POST /routes/explain": { answer: Explained; body: ExplainForm };
  /** Ready-made rules. */
  "GET /routes/presets": { answer: RoutePresets; body: never };
  /** What a preset would change in the rules; changes them when that is asked for. */
  "POST /routes/presets/{preset}": { answer: RoutePresetUsed; body: RoutePresetUse };
  /** Replaces one rule. */
  "PUT /routes/{position}": { answer: Route; body: RouteForm };
  /** Removes a rule. */
  "DELETE /routes/{position}": { answer: Routes; body: never };
  /** Moves a rule to another position. */
  "POST /routes/{position}/move": { answer: Routes; body: RouteMove };
  /** Every setting with its value and where that comes from. */
  "GET /settings": { answer: Settings; body: never };
  /** Changes stored settings, all or none. */
  "PATCH /settings": { answer: Settings; body: SettingsForm };
  /** What a change would do, without doing it. */
  "POST /settings/validate": { answer: SettingsCheck; body: SettingsForm };
  /** One setting; ?reveal=1 shows proxy.api_key itself. */
  "GET /settings/{name}": { answer: Setting | RevealedSetting; body: never };
  /** Sums by model, account, client, provider or day. */
  "GET /stats": { answer: Stats; body: never };
  /** What runs where, with counts. */
  "GET /status": { answer: Status; body: never };
}
