// The program that asked, by its User-Agent.
const known: [RegExp, string][] = [
  [/^claude-cli\//i, 'Claude Code'],
  [/^codex/i, 'Codex'],
  [/^GeminiCLI/i, 'Gemini CLI'],
  [/^opencode\//i, 'opencode'],
  [/^OpenAI\/JS/i, 'OpenAI SDK'],
  [/^OpenAI\/Python/i, 'OpenAI SDK (Python)'],
  [/^Anthropic\/JS/i, 'Anthropic SDK'],
  [/^Anthropic\/Python/i, 'Anthropic SDK (Python)'],
  [/^google-genai-sdk\//i, 'Google Gen AI SDK'],
  [/^curl\//i, 'curl'],
  [/^python-(requests|httpx|urllib)/i, 'Python'],
  [/^Mozilla\//i, 'Browser'],
];

export function clientOf(userAgent: string): string {
  return known.find(([pattern]) => pattern.test(userAgent))?.[1] ?? userAgent.split(/[\s/]/)[0] ?? '';
}
