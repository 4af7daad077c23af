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

// How colours look with each kind of colour vision: the matrices of Machado, Oliveira and Fernandes (2009) at full
// severity, on linear light; their distance in OKLab.
const VISIONS: Record<string, number[][]> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const times = (rows: number[][], v: number[]) => rows.map((row) => row.reduce((sum, one, i) => sum + one * (v[i] ?? 0), 0));
function oklab(hex: string, vision: number[][]): number[] {
  const linear = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const rgb = times(vision, linear).map((one) => Math.min(1, Math.max(0, one)));
  const lms = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], rgb).map(Math.cbrt);
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], lms);
}
describe.each([['light', 0], ['dark', 1]] as const)('the series of charts in the %s theme', (_name, theme) => {
  it.each(Object.keys(VISIONS))('can be told apart with %s vision', (name) => {
    const all = [1, 2, 3, 4, 5, 6].map((i) => oklab(pairs.get(`series-${i}`)?.[theme] ?? '', VISIONS[name] ?? []));
    for (let i = 0; i < all.length; i += 1) for (let j = 0; j < i; j += 1) expect(Math.hypot(...(all[i] ?? []).map((one, k) => one - (all[j]?.[k] ?? 0))), `${i + 1} and ${j + 1}`).toBeGreaterThanOrEqual(0.1);
  });
});
