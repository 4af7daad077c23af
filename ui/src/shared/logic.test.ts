import { beforeEach, describe, expect, it } from 'vitest';
import { sseParser } from '../api/sse';
import { rank } from '../app/rank';
import { baseUrlHint, keyHint } from '../features/accounts/hints';
import { deciding, needsAction, stateOf } from '../features/accounts/state';
import type { Account } from '../api/model';
import { firstMatch, fits, moved, problemOf, withPreset } from '../features/proxy/match';
import { costOf, csvOf, heatOf, rowsOf, topRows, total } from '../features/stats/measure';
import { RequestStore } from '../features/monitor/store';
import { doneSteps, nextStep } from '../features/onboarding/steps';
import { codeIn } from '../app/login';
import { percentile, slices, ticks } from './charts/scale';
import { formatsFor } from './format';
import { matched, shown, SHORTCUTS, spelled } from './shortcuts';

describe('events', () => {
  const text = 'retry: 5\nid: b-1\nevent: request.finished\ndata: {"a":1}\n\n: still here\n\ndata: x\r\ndata: y\r\n\r\n';
  it('are read in any split', () => {
    const whole = sseParser()(text);
    expect(whole).toEqual([{ id: 'b-1', event: 'request.finished', data: '{"a":1}' }, { id: 'b-1', event: 'message', data: 'x\ny' }]);
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parse = sseParser();
      expect([...parse(text.slice(0, cut)), ...parse(text.slice(cut))]).toEqual(whole);
    }
    const one = sseParser();
    expect([...text].flatMap((letter) => one(letter))).toEqual(whole);
  });
});

describe('a preset', () => {
  const preset = [{ match: 'a-small', targets: ['p/1'] }, { match: 'a-*', targets: ['p/2'] }];
  const laid = (rules: { match: string; targets: string[] }[]) => withPreset(rules, preset, (rule) => rule).map((rule) => `${rule.match}>${rule.targets.join('+')}`).join(' ');
  it('is laid in as the gateway does it', () => {
    expect(laid([{ match: '*', targets: ['q/*'] }])).toBe('a-small>p/1 a-*>p/2 *>q/*');
    expect(laid([{ match: 'b', targets: ['q/1'] }, { match: 'a-*', targets: ['q/2', 'q/3'] }])).toBe('a-small>p/1 b>q/1 a-*>p/2');
    expect(laid([{ match: 'b', targets: ['q/1'] }, { match: 'a-small', targets: ['p/1'] }])).toBe('b>q/1 a-small>p/1 a-*>p/2');
    expect(laid(preset)).toBe('a-small>p/1 a-*>p/2');
  });
});

describe('rules', () => {
  const rules = [{ match: 'claude-*', targets: ['a/*'] }, { match: 'claude-opus', targets: ['b/*'] }, { match: '/^gpt-\\d/', targets: ['c/*'] }];
  it('the first that matches wins', () => {
    expect(firstMatch(rules, 'claude-opus')).toBe(0);
    expect(firstMatch(rules, 'gpt-5')).toBe(2);
    expect(firstMatch(rules, 'gemini')).toBe(-1);
    expect(fits('a.b', 'aXb')).toBe(false);
    expect(fits('a.*', 'a.b')).toBe(true);
  });
  it('what can never be reached is named', () => {
    expect(problemOf(rules, 0)).toBeUndefined();
    expect(problemOf(rules, 1)).toEqual({ kind: 'shadowed', by: 0 });
    expect(problemOf([...rules, { match: 'claude-*', targets: ['x/*'] }], 3)).toEqual({ kind: 'duplicate', by: 0 });
    expect(problemOf([{ match: '/(/', targets: ['x/*'] }], 0)).toEqual({ kind: 'regex' });
    expect(problemOf([{ match: 'x', targets: [] }], 0)).toEqual({ kind: 'targets' });
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  });
});

describe('accounts', () => {
  const account = (part: Partial<Account>) => ({ enabled: true, state: 'ready', rests: [], models: [], ...part }) as unknown as Account;
  const rest = (code: string, model = '*', remaining_ms?: number) => ({ code, model, message: '', set_by: '', remaining_ms });
  it('say the worst', () => {
    expect(stateOf(account({})).word).toBe('ready');
    expect(stateOf(account({ enabled: false, rests: [rest('rpm')] })).word).toBe('off');
    expect(stateOf(account({ state: 'resting', rests: [rest('rpm', 'm', 9), rest('key_rejected')] })).word).toBe('key_rejected');
    expect(needsAction(account({ state: 'resting', rests: [rest('token_revoked')] }))).toBe(true);
    expect(needsAction(account({ state: 'resting', rests: [rest('rpm', 'm', 9)] }))).toBe(false);
    expect(stateOf(account({ rests: [rest('rpm', 'm', 9)], models: ['m'] })).everything).toBe(true);
    expect(stateOf(account({ rests: [rest('rpm', 'm', 9)], models: ['m', 'n'] })).everything).toBe(false);
    expect(stateOf(account({ rests: [rest('rpm', 'm', 9)], models: ['m*'] })).everything).toBe(false);
    expect(deciding([rest('rpm', 'a', 5), rest('daily', 'b', 50)])?.code).toBe('daily');
  });
  it('hint, never forbid', () => {
    expect(keyHint('sk-ant-xyz', 'openai')).toBe('Anthropic');
    expect(keyHint('sk-ant-xyz', 'anthropic')).toBeUndefined();
    expect(baseUrlHint('https://x.example/v1/chat/completions', 'openai_chat')?.values.base).toBe('https://x.example/v1');
    expect(baseUrlHint('x.example', 'openai_chat')?.key).toBe('account.base_url.scheme');
    expect(baseUrlHint('https://x.example/v1/', 'openai_chat')?.values.url).toBe('https://x.example/v1/chat/completions');
  });
});

describe('statistics', () => {
  const stat = (key: string, slot: number, input: number, requests = 1) => ({ key, slice_begin_ms: slot, requests, failures: 0, input_tokens: input, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0, latency_ms_sum: 10, cost_usd: null, estimated_cost_usd: 0, priced: 0, unpriced: 1 });
  it('the top and the other add up to everything', () => {
    const stats = Array.from({ length: 9 }, (_, i) => stat(`m${i}`, (i % 3) * 1000, (i + 1) * 10));
    const { top, other } = topRows(rowsOf(stats, 1000), 'input');
    expect(top.map((one) => one.key)).toEqual(['m8', 'm7', 'm6', 'm5', 'm4', 'm3']);
    const sum = top.reduce((all, one) => all + one.sums.input, 0) + (other?.sums.input ?? 0);
    expect(sum).toBe(total(stats).input);
    expect(rowsOf(stats, 1000)[0]?.sums.input).toBe(10);
  });
  it('what has no price is in no sum, and is not shown as nothing', () => {
    const dollars = (value: number) => `$${value}`;
    const priced = { ...stat('p', 0, 5), cost_usd: 2, estimated_cost_usd: 1, priced: 1, unpriced: 0 };
    expect(costOf(total([priced]), dollars)).toBe('$2');
    expect(costOf(total([priced, stat('m', 0, 5)]), dollars)).toBe('$2 + ?');
    expect(costOf(total([stat('m', 0, 5)]), dollars)).toBe('?');
    expect(costOf(total([{ ...stat('m', 0, 0), unpriced: 0 }]), dollars)).toBe('–');
    expect(total([priced]).guessed).toBe(1);
  });
  it('a cell of a CSV file is never a formula', () => {
    expect(csvOf(['a'], [['=1+1'], ['x"y'], [-3]])).toBe('a\n\'=1+1\n"x""y"\n-3');
  });
  it('axes and slices', () => {
    expect(ticks(41)).toEqual([0, 20, 40, 60]);
    expect(ticks(0)).toEqual([0]);
    expect(percentile([5, 1, 3, 4, 2], 0.5)).toBe(3);
    expect(percentile([], 0.5)).toBeUndefined();
    expect(slices(10, 35, 10)).toEqual([10, 20, 30]);
    expect(heatOf([stat('x', new Date(2026, 0, 5, 7).getTime(), 4)], 'input')[0]?.[7]).toBe(4);
  });
});

describe('keys', () => {
  const press = (code: string, part = {}) => ({ code, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...part });
  it('are matched by their place, also in chords', () => {
    expect(matched(press('KeyK', { ctrlKey: true }), '', () => true)).toBe('palette');
    expect(matched(press('KeyM'), 'KeyG', () => true)).toBe('go.monitor');
    expect(matched(press('KeyJ'), '', () => true)).toBe('next');
    expect(matched(press('KeyZ'), 'KeyG', () => true)).toBeUndefined();
    expect(spelled(press('Slash', { shiftKey: true }))).toBe('Shift+Slash');
    expect(shown('Shift+Slash')).toBe('?');
    expect(shown('KeyG KeyD')).toBe('G D');
  });
  it('no key does two things', () => {
    const all = SHORTCUTS.flatMap((one) => one.keys.map((keys) => `${one.scope === 'everywhere' ? '' : one.scope}${keys}`));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('what is shown', () => {
  it('times and numbers follow the language', () => {
    expect(formatsFor('en').duration(840)).toBe('840 ms');
    expect(formatsFor('en').duration(3400)).toBe('3.4 s');
    expect(formatsFor('ru').duration(125_000)).toBe('2 мин 05 с');
    expect(formatsFor('en').remaining(47_000)).toBe('0:47');
    expect(formatsFor('en').remaining(-5)).toBe('0:00');
    expect(formatsFor('en').remaining(2 * 3_600_000)).toBe('2 h 00 min');
  });
  it('the palette finds by beginnings and words in any order', () => {
    const items = [{ label: 'Аккаунты', english: 'Accounts' }, { label: 'Add account', english: 'Add account' }, { label: 'Монитор', english: 'Monitor' }];
    expect(rank(items, 'acc')[0]?.english).toBe('Accounts');
    expect(rank(items, 'account add').map((one) => one.label)).toEqual(['Add account']);
    expect(rank(items, 'мон')[0]?.english).toBe('Monitor');
    expect(rank(items, 'zzz')).toEqual([]);
  });
  it('a login link, its code, or nothing', () => {
    expect(codeIn('http://127.0.0.1:8046/#login=abc')).toBe('abc');
    expect(codeIn('page_token')).toBeNull();
  });
  it('steps of the set-up follow what is', () => {
    expect(nextStep(doneSteps({ status: undefined, accounts: [], requests: [] }))).toBe('gateway');
  });
});

describe('the list of requests', () => {
  let store: RequestStore;
  beforeEach(() => {
    store = new RequestStore();
  });
  it('keeps a request once, newest first, and what is in flight until it ends', () => {
    store.started({ id: 'b', started_ms: 2, model: 'm' });
    store.merge([{ id: 'a', started_ms: 1, sequence: 1 } as never]);
    expect(store.rows().map((row) => [row.id, row.in_flight ?? false])).toEqual([['b', true], ['a', false]]);
    store.merge([{ id: 'b', started_ms: 2, status: 200 } as never]);
    expect(store.get('b')?.in_flight).toBeUndefined();
    store.started({ id: 'b', started_ms: 2 });
    expect(store.rows()).toHaveLength(2);
    store.merge([{ id: 'a', started_ms: 1, status: 200 } as never]);
    expect(store.get('a')?.sequence).toBe(1);
  });
  it('has a limit', () => {
    store.merge(Array.from({ length: 10_050 }, (_, i) => ({ id: `r${i}`, started_ms: i, sequence: i }) as never));
    expect(store.rows()).toHaveLength(10_000);
    expect(store.rows()[0]?.id).toBe('r10049');
    expect(store.get('r3')).toBeUndefined();
  });
});
