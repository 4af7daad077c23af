import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import en from '../../i18n/en';
import { CLASSES, CODES, outcomeOf, SKIP_REASONS } from './classes';
import { remediesFor } from './remedies';
import type { Trace } from '../../api/model';

const source = (path: string) => readFileSync(join(import.meta.dirname, '../../../../src', path), 'utf8');
const words = en as Record<string, string>;

it('every code of the gateway has the same class here, a title and a remedy', () => {
  const table = [...source('core/failure.cpp').matchAll(/CodeFacts\{Code::\w+, "(\w+)", (?:FailureClass::)?(\w+),/g)].map((one) => [one[1], one[2]]);
  expect(table.length).toBeGreaterThan(50);
  for (const [code = '', failureClass] of table) {
    expect(CODES.get(code), code).toBe(failureClass);
    expect(words[`code.${code}`], code).toBeTruthy();
    expect(words[`code.${code}.remedy`], code).toBeTruthy();
  }
  expect(CODES.size).toBe(table.length);
});

it('every class and skip reason has a word', () => {
  for (const one of Object.keys(CLASSES)) expect(words[`outcome.${one}`], one).toBeTruthy();
  for (const one of SKIP_REASONS) expect(words[`skip.${one}`], one).toBeTruthy();
});

it('a request that needed a second account is recovered, not merely answered', () => {
  expect(outcomeOf({ class: '', attempts: 2, status: 200 })).toBe('recovered');
  expect(outcomeOf({ class: '', attempts: 1, status: 200 })).toBe('answered');
  expect(outcomeOf({ class: 'network', attempts: 3, status: 502 })).toBe('network');
  expect(outcomeOf({ class: '', attempts: 0, status: 0, in_flight: true })).toBe('inflight');
});

it('remedies follow the code', () => {
  const trace = (code: string) => ({ model: 'm', dialect: 'anthropic', error: { code, message: '' }, attempts: [{ account_id: 'acc_1', error: { code, message: '' } }] }) as unknown as Trace;
  expect(remediesFor(trace('key_rejected'))[0]?.href).toBe('/accounts/acc_1');
  expect(remediesFor(trace('overloaded'))[0]?.href).toBe('/proxy/routing?model=m&dialect=anthropic');
  expect(remediesFor(trace('path_unknown'))[0]?.href).toBe('/proxy/clients');
  expect(remediesFor(trace('model_unknown')).map((one) => one.label)).toContain('remedy.add_account');
  expect(remediesFor(trace('client_gone'))).toEqual([]);
});
