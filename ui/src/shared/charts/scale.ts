// Pure arithmetic of charts.

// Round numbers for an axis from zero: at most `count` steps.
export function ticks(max: number, count = 4): number[] {
  if (!(max > 0)) return [0];
  const raw = max / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= raw) ?? 10) * power;
  const out: number[] = [];
  for (let value = 0; value < max + step * 0.001; value += step) out.push(Number(value.toPrecision(12)));
  if ((out.at(-1) ?? 0) < max) out.push(Number(((out.at(-1) ?? 0) + step).toPrecision(12)));
  return out;
}

export function percentile(values: number[], share: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? sorted[0];
}

// The same name has the same colour for as long as the page lives; two names of one chart never share one.
export function colours(names: string[], count = 6): Map<string, string> {
  const out = new Map<string, string>();
  const taken = new Set<number>();
  for (const name of names.slice(0, count)) {
    let hash = 7;
    for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
    let at = hash % count;
    while (taken.has(at)) at = (at + 1) % count;
    taken.add(at);
    out.set(name, `var(--series-${at + 1})`);
  }
  return out;
}

export function sparkPath(values: number[], width: number, height: number): string {
  if (values.length < 2) return '';
  const max = Math.max(...values, 1e-9);
  return values.map((value, i) => `${i === 0 ? 'M' : 'L'}${((i / (values.length - 1)) * width).toFixed(1)} ${(height - 2 - (value / max) * (height - 4)).toFixed(1)}`).join('');
}

// The slices of a span, whole ones, the last one running.
export function slices(since: number, until: number, slice: number): number[] {
  const out: number[] = [];
  for (let at = Math.floor(since / slice) * slice; at < until; at += slice) out.push(at);
  return out;
}
