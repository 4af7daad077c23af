// One way to speak to the gateway: JSON in, JSON out, the token in a header, errors as ApiError.
import type { WireError } from './model';
import { setToken, token } from './session';

export const PREFIX = '/api/v1';

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: no answer at all
    readonly wire: WireError,
  ) {
    super(wire.message);
    this.name = 'ApiError';
  }
  get code(): string {
    return this.wire.code;
  }
  get field(): string | undefined {
    return this.wire.field;
  }
}

export const OFFLINE = 'gateway_unreachable';

export interface Options {
  body?: unknown;
  ifMatch?: string | number | undefined;
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
}

function headersOf(options: Options): Record<string, string> {
  const headers: Record<string, string> = { ...options.headers };
  const known = token();
  if (known !== null) headers.authorization = `Bearer ${known}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.ifMatch !== undefined) headers['if-match'] = `"${options.ifMatch}"`;
  return headers;
}

export async function request(method: string, path: string, options: Options = {}): Promise<Response> {
  const init: RequestInit = { method, headers: headersOf(options), cache: 'no-store', credentials: 'omit' };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;
  let reply: Response;
  try {
    reply = await fetch(PREFIX + path, init);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError(0, { code: OFFLINE, message: 'The gateway does not answer.' });
  }
  if (reply.ok) return reply;
  const error = await errorOf(reply);
  if (reply.status === 401) setToken(null);
  throw error;
}

async function errorOf(reply: Response): Promise<ApiError> {
  const text = await reply.text().catch(() => '');
  try {
    const parsed = JSON.parse(text) as { error?: WireError };
    if (parsed.error?.message) return new ApiError(reply.status, parsed.error);
  } catch {
    // Not one of ours: a proxy in between, or Vite while the gateway is down.
  }
  const offline = reply.status >= 500;
  return new ApiError(offline ? 0 : reply.status, {
    code: offline ? OFFLINE : 'internal',
    message: offline ? 'The gateway does not answer.' : `Status ${reply.status}`,
  });
}

export async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const reply = await request(method, path, options);
  const text = await reply.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export const get = <T>(path: string, signal?: AbortSignal) => call<T>('GET', path, { signal });
export const post = <T>(path: string, body?: unknown) => call<T>('POST', path, body === undefined ? {} : { body });
export const patch = <T>(path: string, body: unknown, ifMatch?: number) => call<T>('PATCH', path, { body, ifMatch });
export const put = <T>(path: string, body: unknown, ifMatch?: number) => call<T>('PUT', path, { body, ifMatch });
export const remove = <T>(path: string) => call<T>('DELETE', path);

// Query text out of what is set; nothing for what is not.
export function query(parameters: Record<string, string | number | boolean | undefined | null>): string {
  const pairs = Object.entries(parameters).filter(([, v]) => v !== undefined && v !== null && v !== '' && v !== false);
  if (pairs.length === 0) return '';
  return `?${pairs.map(([k, v]) => `${k}=${encodeURIComponent(v === true ? '1' : String(v))}`).join('&')}`;
}
