// A request as an HTTP Archive (HAR 1.2), which browsers and proxies open. Bodies are there when they were kept; the
// gateway has taken the secrets out of the headers before it kept them.
import type { Trace } from '../../api/model';

export interface KeptMessage {
  first_line: string;
  headers: { name: string; value: string }[];
  content_type: string;
  bytes: number;
  truncated: boolean;
  body: string;
}

export function harOf(trace: Trace, host: string, version: string, request: KeptMessage | undefined, reply: KeptMessage | undefined): string {
  const wait = trace.first_byte_ms ?? trace.total_ms ?? 0;
  const note = (one: KeptMessage | undefined) => (one === undefined ? { comment: 'The body was not kept.' } : one.truncated ? { comment: 'Only the beginning of the body was kept.' } : {});
  const entry = {
    startedDateTime: new Date(trace.started_ms).toISOString(),
    time: trace.total_ms ?? 0,
    request: {
      method: trace.method ?? 'POST',
      url: host + trace.path,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: request?.headers ?? [{ name: 'user-agent', value: trace.user_agent }],
      queryString: [],
      ...(request && { postData: { mimeType: request.content_type, text: request.body } }),
      headersSize: -1,
      bodySize: trace.bytes_in,
      ...note(request),
    },
    response: {
      status: trace.status,
      statusText: '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: reply?.headers ?? [],
      content: { size: trace.bytes_out, mimeType: reply?.content_type ?? '', ...(reply && { text: reply.body }) },
      redirectURL: '',
      headersSize: -1,
      bodySize: trace.bytes_out,
      ...note(reply),
    },
    cache: {},
    timings: { send: 0, wait, receive: Math.max(0, (trace.total_ms ?? wait) - wait) },
    _trace: trace.id,
  };
  return JSON.stringify({ log: { version: '1.2', creator: { name: 'Antigravity Tools', version }, entries: [entry] } }, null, 2);
}
