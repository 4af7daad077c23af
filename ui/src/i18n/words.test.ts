import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHORTCUTS } from '../shared/shortcuts';
import en from './en';
import ru from './ru';
import zh from './zh';

type Words = Record<string, string>;
const FORMS = { en: ['one', 'other'], ru: ['one', 'few', 'many', 'other'], zh: ['other'] };
const all: Record<keyof typeof FORMS, Words> = { en, ru, zh };
const stem = (key: string) => key.replace(/_(one|few|many|other)$/, '');
const plurals = new Set(Object.keys(en).filter((key) => key.endsWith('_one')).map(stem));
const holes = (text: string) => [...text.matchAll(/{{\s*(\w+)\s*}}/g)].map((one) => one[1]).sort().join(' ');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(name) && !name.includes('.test.') ? [path] : [];
  });
}
const source = files(join(import.meta.dirname, '..')).map((path) => readFileSync(path, 'utf8')).join('\n');

describe.each(['ru', 'zh'] as const)('the words in %s', (language) => {
  const words = all[language];
  it('are the same keys as in English', () => {
    expect(new Set(Object.keys(words).map(stem))).toEqual(new Set(Object.keys(en).map(stem)));
  });
  it('have their plural forms', () => {
    for (const key of plurals) for (const form of FORMS[language]) expect(words[`${key}_${form}`], `${key}_${form}`).toBeTruthy();
  });
  it('have the same placeholders, and no empty text', () => {
    for (const [key, text] of Object.entries(words)) {
      expect(text.trim(), key).not.toBe('');
      const original = (en as Words)[key] ?? (en as Words)[`${stem(key)}_other`] ?? '';
      expect(holes(text).replace(/\bcount\b ?/g, '').trim(), key).toBe(holes(original).replace(/\bcount\b ?/g, '').trim());
    }
  });
  it('are not left in English', () => {
    const same = Object.entries(words).filter(([key, text]) => text === (en as Words)[key] && text.length > 14 && !/[:/{]/.test(text));
    expect(same.map(([key]) => key).filter((key) => !key.startsWith('dialect.') && key !== 'app.name')).toEqual([]);
  });
});

describe('the code', () => {
  const known = new Set(Object.keys(en).map(stem));
  it('asks for no word that there is not', () => {
    const asked = [...source.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((one) => one[1] ?? '');
    expect(asked.filter((key) => !known.has(key))).toEqual([]);
    expect(asked.length).toBeGreaterThan(300);
  });
  it('uses every word that there is', () => {
    // Keys that are put together begin with what stands before the first ${.
    const literal = new Set([...source.matchAll(/['"`]([\w]+\.[\w.-]+)['"`]/g)].map((one) => one[1] ?? ''));
    const built = [...new Set([...source.matchAll(/`((?:[\w-]+\.)+)\$\{/g)].map((one) => one[1] ?? ''))];
    const unused = [...known].filter((key) => !literal.has(key) && !built.some((start) => key.startsWith(start)) && !/^(theme|density)\./.test(key));
    expect(unused).toEqual([]);
  });
  it('has the note of every provider, as the gateway has it', () => {
    const { providers, presets } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../src/catalogue/presets.json'), 'utf8'));
    for (const { name, note } of [...providers, ...presets]) expect((en as Words)[`provider.${name}.note`], name).toBe(note);
  });
  it('shows no text that is not a word of the languages', () => {
    const pages = files(join(import.meta.dirname, '..')).filter((path) => path.endsWith('.tsx'));
    const literal = pages.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/(?:>|title="|aria-label="|placeholder=")([A-Z][a-z]+ [a-z]+[^<>{}"=]*)/g)].map((one) => one[1]?.trim()));
    expect(literal).toEqual([]);
  });
  it('has a word for every shortcut', () => {
    for (const { id } of SHORTCUTS) expect(known.has(`key.${id}`), id).toBe(true);
  });
});
