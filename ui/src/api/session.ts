// The admin token of this browser session. It lives in sessionStorage: a new tab of the same browser asks an open one
// for it, and it is gone with the last tab. There is no cookie (cookies are shared by all ports of a host).

const KEY = 'agt.token';
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('agt.session');
const listeners = new Set<() => void>();
let current: string | null = read();

function read(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function token(): string | null {
  return current;
}

export function setToken(value: string | null): void {
  current = value;
  try {
    if (value === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, value);
  } catch {
    // Storage may be forbidden; the token then lasts until the page is closed.
  }
  for (const listener of listeners) listener();
}

export function onToken(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

channel?.addEventListener('message', (event: MessageEvent<{ ask?: true; token?: string }>) => {
  if (event.data.ask && current !== null) channel.postMessage({ token: current });
  if (event.data.token !== undefined && current === null) setToken(event.data.token);
});

// Asks the other tabs; resolves with whether one of them answered in time.
export function askOtherTabs(milliseconds = 250): Promise<boolean> {
  if (channel === null || current !== null) return Promise.resolve(current !== null);
  channel.postMessage({ ask: true });
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(), milliseconds);
    const stop = onToken(() => finish());
    const finish = () => {
      clearTimeout(timer);
      stop();
      resolve(current !== null);
    };
  });
}

// A login link carries its one-time code in the fragment: fragments are never sent to a server or written to its log.
export function takeLoginCode(): string | null {
  const match = /[#&](?:login|code)=([^&]+)/.exec(location.hash);
  if (!match?.[1]) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return decodeURIComponent(match[1]);
}
