import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');
const pairs = new Map<string, [string, string]>();
for (const [, name, light, dark] of css.matchAll(/--([\w-]+):\s*(?:light-dark\((#\w+),\s*(#\w+)\)|#\w+)/g)) {
  const single = new RegExp(`--${name}:\\s*(#\\w+);`).exec(css)?.[1];
  pairs.set(name ?? '', [light ?? single ?? '', dark ?? single ?? '']);
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string, theme: number): number {
  const [x, y] = [luminance(pairs.get(a)?.[theme] ?? ''), luminance(pairs.get(b)?.[theme] ?? '')].sort((p, q) => q - p);
  return ((x ?? 0) + 0.05) / ((y ?? 0) + 0.05);
}

const surfaces = ['bg-app', 'surface', 'raised', 'bg-sunken', 'bg-hover', 'bg-selected'];
describe.each([['light', 0], ['dark', 1]] as const)('tokens in the %s theme', (_name, theme) => {
  it.each(['text-1', 'text-2', 'text-3', 'accent-text'])('%s can be read on every surface', (text) => {
    for (const surface of surfaces) expect(contrast(text, surface, theme), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5);
  });
  it.each(['ok', 'warn', 'danger', 'info', 'block', 'idle'])('%s can be read on its tint, and its mark be seen', (tone) => {
    expect(contrast(`${tone}-text`, `${tone}-tint`, theme)).toBeGreaterThanOrEqual(4.5);
    for (const surface of ['bg-app', 'surface', 'raised']) expect(contrast(`${tone}-mark`, surface, theme)).toBeGreaterThanOrEqual(3);
  });
  it('borders of controls, the focus ring and the series can be seen', () => {
    for (const surface of surfaces) for (const mark of ['border-2', 'focus']) expect(contrast(mark, surface, theme), `${mark} on ${surface}`).toBeGreaterThanOrEqual(2.9);
    for (let i = 1; i <= 6; i += 1) expect(contrast(`series-${i}`, 'surface', theme)).toBeGreaterThanOrEqual(3);
    expect(contrast('on-accent', 'accent', theme)).toBeGreaterThanOrEqual(4.5);
  });
});
