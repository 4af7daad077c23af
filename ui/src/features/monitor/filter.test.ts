import { describe, expect, it } from 'vitest';
import type { RequestRow } from '../../api/model';
import { forServer, matches, parseFilter, suggestions } from './filter';

const row = (part: Partial<RequestRow>): RequestRow =>
  ({ id: 'tr_1', status: 200, class: '', code: '', client_key: '', user_agent: 'codex_exec/1', model: 'gpt-5.5', upstream_model: 'gpt-5.5', account: 'work', account_id: 'a', provider: 'openai', dialect: 'openai_chat', path: '/v1/x', lane: 'passthrough', attempts: 1, first_byte_ms: 300, latency_ms: 1200, input_tokens: 5000, output_tokens: 10, stream: false, ...part }) as RequestRow;
const found = (text: string, part: Partial<RequestRow> = {}) => matches(parseFilter(text), row(part));

describe('the filter language', () => {
  it('joins by and, comma is or, minus is not', () => {
    expect(found('status:>=400', { status: 503 })).toBe(true);
    expect(found('status:>=400')).toBe(false);
    expect(found('status:200,503 model:gpt', { status: 503 })).toBe(true);
    expect(found('-account:work')).toBe(false);
    expect(found('-account:other')).toBe(true);
    expect(found('provider:openai account:other')).toBe(false);
  });
  it('knows units, wildcards, quotes and bare words', () => {
    expect(found('total:>1s ttft:<500ms')).toBe(true);
    expect(found('total:>2m')).toBe(false);
    expect(found('tokens:>5k')).toBe(true);
    expect(found('model:gpt-*')).toBe(true);
    expect(found('model:*sonnet*')).toBe(false);
    expect(found('client:"codex exec"')).toBe(false);
    expect(found('work')).toBe(true);
    expect(found('-work')).toBe(false);
    expect(found('"/v1/x"')).toBe(true);
  });
  it('knows states', () => {
    expect(found('is:failed', { class: 'network', status: 502 })).toBe(true);
    expect(found('is:failed', { class: 'cancelled', status: 0 })).toBe(false);
    expect(found('is:recovered', { attempts: 2 })).toBe(true);
    expect(found('is:inflight', { in_flight: true })).toBe(true);
  });
  it('keeps and names what it does not understand, and applies the rest', () => {
    const filter = parseFilter('stauts:400 model:gpt is:faild attempts:many account:>x');
    expect(filter.terms.map((term) => term.field)).toEqual(['model']);
    expect(filter.wrong).toEqual([
      { source: 'stauts:400', why: 'field', near: 'status' },
      { source: 'is:faild', why: 'value', near: 'failed' },
      { source: 'attempts:many', why: 'value' },
      { source: 'account:>x', why: 'op' },
    ]);
  });
  it('lets the gateway sort out what it can', () => {
    expect(forServer(parseFilter('class:network code:dns protocol:gemini is:failed'))).toEqual({ class: 'network', code: 'dns', dialect: 'gemini', failures: true });
    expect(forServer(parseFilter('-class:network code:a,b'))).toEqual({});
  });
  it('survives anything that is typed', () => {
    for (const text of ['"', ':', '-', 'a:b:c', '-:', 'status:', '  ', '"open', 'status:>', ',,,', 'модель:x', '🙂']) expect(() => found(text)).not.toThrow();
  });
  it('suggests fields, then the values that are there', () => {
    expect(suggestions('st', []).map((one) => one.insert)).toEqual(['status:']);
    expect(suggestions('account:w', [row({}), row({}), row({ account: 'other' })])).toEqual([{ insert: 'account:work', count: 2 }]);
  });
});
