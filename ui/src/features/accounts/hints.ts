// Hints while an account is typed. They never forbid: the gateway judges.

const prefixes: [RegExp, string, string[]][] = [
  [/^sk-ant-/, 'Anthropic', ['anthropic', 'anthropic-compatible']],
  [/^sk-or-/, 'OpenRouter', ['openrouter']],
  [/^AIza/, 'Google Gemini', ['gemini', 'vertex']],
  [/^gsk_/, 'Groq', ['groq']],
  [/^xai-/, 'xAI', ['xai']],
  [/^sk-proj-/, 'OpenAI', ['openai', 'openai-responses']],
];

// The name of another vendor that the key looks like, or nothing.
export function keyHint(key: string, provider: string): string | undefined {
  const found = prefixes.find(([start]) => start.test(key.trim()));
  return found && !found[2].includes(provider) && !provider.endsWith('compatible') ? found[1] : undefined;
}

export interface Hint {
  key: string;
  values: Record<string, string>;
}

const endpoints = /\/(chat\/completions|completions|responses|messages|embeddings)\/?$/;

// What is probably wrong with a base URL, or what will be called.
export function baseUrlHint(text: string, dialect: string): Hint | undefined {
  const url = text.trim().replace(/\/+$/, '');
  if (url === '') return undefined;
  if (!/^https?:\/\/[^\s/]+/.test(url)) return { key: 'account.base_url.scheme', values: {} };
  const pasted = endpoints.exec(url);
  if (pasted) return { key: 'account.base_url.endpoint', values: { base: url.slice(0, pasted.index) || url } };
  const path = { openai_chat: '/chat/completions', openai_responses: '/responses', anthropic: '/v1/messages', gemini: '/v1beta/models/…' }[dialect];
  return path ? { key: 'account.base_url.calls', values: { url: url + path } } : undefined;
}

// "a, b\nc" → the names; wildcards are welcome.
export function namesIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}
