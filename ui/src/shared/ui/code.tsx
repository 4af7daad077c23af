import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './button';
import { layout as css } from './layout';

type Kind = 'c' | 's' | 'k' | 'n' | '';
const rules: Record<string, RegExp> = {
  sh: /(?<c>(?:^|\s)#[^\n]*)|(?<s>"(?:\\.|[^"\\])*"|'[^']*')|(?<k>\b(?:export|unset|curl|claude|gemini|codex|opencode)\b)|(?<n>\s-{1,2}[A-Za-z][\w-]*)/gm,
  toml: /(?<c>#[^\n]*)|(?<s>"(?:\\.|[^"\\])*")|(?<k>^\[[^\]\n]*\]|^[\w.]+(?=\s*=))|(?<n>\b\d+\b)/gm,
  json: /(?<k>"(?:\\.|[^"\\])*"(?=\s*:))|(?<s>"(?:\\.|[^"\\])*")|(?<n>-?\b\d[\d.eE+-]*\b|\b(?:true|false|null)\b)/g,
  ts: /(?<c>\/\/[^\n]*)|(?<s>"(?:\\.|[^"\\])*"|`[^`]*`)|(?<k>\b(?:const|await|new|import|from)\b)|(?<n>\b\d+\b)/g,
  python: /(?<c>#[^\n]*)|(?<s>"(?:\\.|[^"\\])*")|(?<k>\b(?:import|from|print|await)\b)|(?<n>\b\d+\b)/g,
};

// Text in its classes: comment, string, keyword, number.
export function tokens(text: string, language: string): { kind: Kind; text: string }[] {
  const rule = rules[language];
  if (!rule) return [{ kind: '', text }];
  const out: { kind: Kind; text: string }[] = [];
  let at = 0;
  for (const match of text.matchAll(rule)) {
    if (match.index > at) out.push({ kind: '', text: text.slice(at, match.index) });
    const kind = (Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? '') as Kind;
    out.push({ kind, text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) out.push({ kind: '', text: text.slice(at) });
  return out;
}

function marked(text: string, mark: string | undefined): ReactNode {
  if (!mark || !text.includes(mark)) return text;
  const parts = text.split(mark);
  return parts.map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <mark>{mark}</mark>}
      {part}
    </Fragment>
  ));
}

export function Code({ text, language = '', mark, copy, wrap, label }: { text: string; language?: string; mark?: string | undefined; copy?: string | (() => Promise<string>); wrap?: boolean; label?: string }) {
  const { t } = useTranslation();
  return (
    <div className={css.code}>
      <pre data-wrap={wrap || undefined} tabIndex={0} role="region" aria-label={label ?? t('code.label')}>
        {tokens(text, language).map((one, i) => (one.kind ? <span key={i} data-k={one.kind}>{marked(one.text, mark)}</span> : <Fragment key={i}>{marked(one.text, mark)}</Fragment>))}
      </pre>
      <CopyButton small text={copy ?? text} />
    </div>
  );
}
