import type { Trace } from '../../api/model';

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

// A command for a shell. The key is a variable: a copied line must not carry a secret.
export function curlFor(trace: Trace, host: string, body: string | undefined): string {
  const header = { anthropic: 'x-api-key: $GATEWAY_KEY', gemini: 'x-goog-api-key: $GATEWAY_KEY' }[trace.dialect] ?? 'Authorization: Bearer $GATEWAY_KEY';
  const parts = [`curl ${host}${trace.path}`, `-H "${header}"`];
  if (trace.dialect === 'anthropic') parts.push(`-H 'anthropic-version: 2023-06-01'`);
  if (trace.method === 'GET' || trace.method === 'HEAD') return parts.join(' \\\n  ');
  parts.push(`-H 'Content-Type: application/json'`, `-d ${quoted(body ?? sample(trace))}`);
  return parts.join(' \\\n  ');
}

// The body was not kept: a short one of the same protocol and model.
function sample(trace: Trace): string {
  const stream = trace.stream ? { stream: true } : {};
  switch (trace.dialect) {
    case 'gemini': return JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Say hi' }] }] });
    case 'openai_responses': return JSON.stringify({ model: trace.model, input: 'Say hi', ...stream });
    case 'anthropic': return JSON.stringify({ model: trace.model, max_tokens: 64, messages: [{ role: 'user', content: 'Say hi' }], ...stream });
    default: return JSON.stringify({ model: trace.model, messages: [{ role: 'user', content: 'Say hi' }], ...stream });
  }
}
