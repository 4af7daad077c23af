import { describe, expect, it } from 'vitest';
import { changesOf, draftOf, limitsOf, wrongNumber } from './limits-draft';

const NOW = 1_700_000_000_000;
const key = { models: ['claude-*'], networks: ['10.0.0.0/8'], requests_per_minute: 60, tokens_per_day: 5000, expires_ms: NOW + 5000 };

describe('the limits of a key', () => {
  it('are sent only where they differ', () => {
    expect(changesOf(key, draftOf(key), NOW)).toEqual({});
    expect(changesOf(key, { ...draftOf(key), concurrency: '3' }, NOW)).toEqual({ concurrency: 3 });
  });
  it('are taken away by an empty field', () => {
    const empty = { models: ' ', networks: '', requests_per_minute: '', concurrency: '', tokens_per_day: '0', ends: '0' };
    expect(changesOf(key, empty, NOW)).toEqual({ models: [], networks: [], requests_per_minute: null, tokens_per_day: null, expires_ms: null });
    expect(limitsOf(empty, NOW)).toEqual({});
  });
  it('may be written with thousands apart, and with commas or spaces between names', () => {
    const draft = { ...draftOf({}), tokens_per_day: '1 000 000', requests_per_minute: '1,200', models: 'a*, b  c', ends: '7' };
    expect(wrongNumber(draft)).toBeUndefined();
    expect(limitsOf(draft, NOW)).toEqual({ models: ['a*', 'b', 'c'], requests_per_minute: 1200, tokens_per_day: 1_000_000, expires_ms: NOW + 7 * 86_400_000 });
  });
  it('are refused at the field when they are no whole numbers', () => {
    for (const wrong of ['abc', '-1', '1.5', '1e3', '12,34', '1k']) expect(wrongNumber({ ...draftOf({}), concurrency: wrong }), wrong).toBe('concurrency');
  });
});
