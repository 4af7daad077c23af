// Numbers, times and sizes in the chosen language.

export interface Formats {
  number(value: number): string;
  compact(value: number): string;
  percent(fraction: number): string;
  duration(milliseconds: number): string;
  remaining(milliseconds: number): string;
  ago(milliseconds: number): string;
  time(ms: number): string;
  timeWithMs(ms: number): string;
  dateTime(ms: number): string;
  day(ms: number): string;
  slot(ms: number, sliceMs: number): string;
  tick(ms: number, sliceMs: number): string;
  bytes(value: number): string;
  list(words: string[]): string;
  dollars(value: number): string;
}

const known = new Map<string, Formats>();

export function formatsFor(language: string): Formats {
  const there = known.get(language);
  if (there) return there;
  const made = make(language);
  known.set(language, made);
  return made;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const units: Record<string, { ms: string; s: string; min: string; h: string; d: string; glue: string }> = {
  en: { ms: 'ms', s: 's', min: 'min', h: 'h', d: 'd', glue: ' ' },
  ru: { ms: 'мс', s: 'с', min: 'мин', h: 'ч', d: 'дн', glue: ' ' },
  zh: { ms: '毫秒', s: '秒', min: '分', h: '小时', d: '天', glue: ' ' },
};

// The browser takes milliseconds to make each of these: only those that a page uses.
function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function make(language: string): Formats {
  const u = units[language.slice(0, 2)] ?? units.en!;
  const plain = lazily(() => new Intl.NumberFormat(language));
  const one = lazily(() => new Intl.NumberFormat(language, { maximumFractionDigits: 1 }));
  const two = lazily(() => new Intl.NumberFormat(language, { minimumIntegerDigits: 2 }));
  const short = lazily(() => new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }));
  const share = lazily(() => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }));
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const hm = lazily(() => new Intl.DateTimeFormat(language, clock));
  const hms = lazily(() => new Intl.DateTimeFormat(language, { ...clock, second: '2-digit' }));
  const full = lazily(() => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }));
  const date = lazily(() => new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' }));
  const dayHour = lazily(() => new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', ...clock }));
  const relative = lazily(() => new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' }));
  const money = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
  const cents = lazily(() => new Intl.NumberFormat(language, money));
  const little = lazily(() => new Intl.NumberFormat(language, { ...money, maximumSignificantDigits: 2, minimumSignificantDigits: 2 }));
  const words = lazily(() => new Intl.ListFormat(language, { type: 'conjunction' }));
  const pair = (a: number, ua: string, b: number, ub: string) => `${a}${u.glue}${ua} ${two().format(b)}${u.glue}${ub}`;
  const duration = (ms: number): string => {
    if (ms < 1000) return `${plain().format(Math.round(ms))} ${u.ms}`;
    if (ms < 60_000) return `${one().format(ms / 1000)} ${u.s}`;
    if (ms < HOUR) return pair(Math.floor(ms / MINUTE), u.min, Math.floor((ms % MINUTE) / 1000), u.s);
    if (ms < DAY) return pair(Math.floor(ms / HOUR), u.h, Math.floor((ms % HOUR) / MINUTE), u.min);
    if (ms >= 100 * DAY) return `${plain().format(Math.floor(ms / DAY))}${u.glue}${u.d}`;
    return pair(Math.floor(ms / DAY), u.d, Math.floor((ms % DAY) / HOUR), u.h);
  };
  return {
    number: (value) => plain().format(value),
    compact: (value) => (Math.abs(value) < 10_000 ? plain().format(value) : short().format(value)),
    percent: (fraction) => share().format(fraction),
    duration,
    // In the last five minutes as a clock, so that it can be watched.
    remaining: (ms) => {
      if (ms <= 0) return '0:00';
      const seconds = Math.ceil(ms / 1000);
      if (ms < 5 * MINUTE) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
      return duration(seconds * 1000);
    },
    ago: (ms) => {
      if (ms < MINUTE) return relative().format(-Math.round(ms / 1000), 'second');
      if (ms < HOUR) return relative().format(-Math.round(ms / MINUTE), 'minute');
      if (ms < DAY) return relative().format(-Math.round(ms / HOUR), 'hour');
      return relative().format(-Math.round(ms / DAY), 'day');
    },
    time: (ms) => hms().format(ms),
    timeWithMs: (ms) => `${hms().format(ms)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`,
    dateTime: (ms) => full().format(ms),
    day: (ms) => date().format(ms),
    slot: (ms, slice) => (slice >= DAY ? date().format(ms) : slice >= HOUR ? dayHour().format(ms) : hm().format(ms)),
    // On an axis: the hour, or the day where one begins.
    tick: (ms, slice) => (slice >= DAY || new Date(ms).getHours() * HOUR < slice ? date().format(ms) : hm().format(ms)),
    bytes: (value) => {
      if (value < 1000) return `${plain().format(value)} B`;
      if (value < 1_000_000) return `${one().format(value / 1000)} kB`;
      return `${one().format(value / 1_000_000)} MB`;
    },
    list: (items) => words().format(items),
    // Cents where they are enough, else the digits that count.
    dollars: (value) => (value === 0 || Math.abs(value) >= 1 ? cents : little)().format(value),
  };
}
