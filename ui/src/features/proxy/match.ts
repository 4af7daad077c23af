// The same judgement of patterns as the gateway's: exact, * wildcards, or /regex/. Used for previews while rules are edited;
// what really happens is asked of the gateway.
export interface DraftRule {
  match: string;
  targets: string[];
  strict?: boolean | undefined; // refuse what a translation would lose; undefined: the gateway has no such rules
}

export function fits(pattern: string, model: string): boolean {
  if (pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/')) {
    try {
      return new RegExp(pattern.slice(1, -1)).test(model);
    } catch {
      return false;
    }
  }
  if (!pattern.includes('*')) return pattern === model;
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 's').test(model);
}

export const firstMatch = (rules: DraftRule[], model: string): number => rules.findIndex((rule) => fits(rule.match.trim(), model));

export type RuleProblem = { kind: 'empty' | 'targets' | 'regex' | 'duplicate' | 'shadowed'; by?: number };

// What is certainly wrong with a rule. A wildcard that covers another is found for patterns without /regex/.
export function problemOf(rules: DraftRule[], index: number): RuleProblem | undefined {
  const rule = rules[index];
  const pattern = rule?.match.trim() ?? '';
  if (pattern === '') return { kind: 'empty' };
  if (pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/')) {
    try {
      new RegExp(pattern.slice(1, -1));
    } catch {
      return { kind: 'regex' };
    }
  }
  if ((rule?.targets.length ?? 0) === 0) return { kind: 'targets' };
  for (let i = 0; i < index; i += 1) {
    const other = rules[i]?.match.trim() ?? '';
    if (other === pattern) return { kind: 'duplicate', by: i };
    if (!pattern.startsWith('/') && !other.startsWith('/') && fits(other, pattern.replaceAll('*', '\u0001'))) return { kind: 'shadowed', by: i };
  }
  return undefined;
}

// Ready-made rules among those of the user, as the gateway lays them in: a pattern that is there gets their targets, a new
// one stands right behind the one before it, the first in front of all.
export function withPreset<T extends DraftRule>(lines: T[], rules: DraftRule[], line: (rule: DraftRule, before: T | undefined) => T): T[] {
  const out = [...lines];
  let next = 0;
  for (const rule of rules) {
    const at = out.findIndex((one) => one.match.trim() === rule.match);
    const before = out[at];
    if (before === undefined) out.splice(next, 0, line(rule, undefined));
    else if (before.targets.join() !== rule.targets.join()) out[at] = line({ ...rule, strict: before.strict }, before);
    next = (before === undefined ? next : at) + 1;
  }
  return out;
}

export function moved<T>(list: T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(to, 0, one);
  return next;
}
