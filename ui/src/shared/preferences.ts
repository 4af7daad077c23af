// What a person chose for this browser. The gateway's own settings are elsewhere.

const defaults = {
  language: 'system',
  theme: 'system',
  density: 'comfortable',
  textScale: '1',
  motion: 'system',
  singleKeys: 'on',
  hideIdentities: 'off',
  patterns: 'off',
  onboarding: 'open',
  accountsView: 'table',
};
export type Preference = keyof typeof defaults;

const PREFIX = 'agt.ui.';
const listeners = new Set<() => void>();
const kept = new Map<Preference, string>();

export function preference(name: Preference): string {
  const known = kept.get(name);
  if (known !== undefined) return known;
  let value: string | null = null;
  try {
    value = localStorage.getItem(PREFIX + name);
  } catch {
    // Storage may be forbidden; choices then last until the page is closed.
  }
  kept.set(name, value ?? defaults[name]);
  return value ?? defaults[name];
}

export function setPreference(name: Preference, value: string): void {
  kept.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // see above
  }
  applyPreferences();
  for (const listener of listeners) listener();
}

export function watchPreferences(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (!event.key?.startsWith(PREFIX)) return;
    kept.clear();
    applyPreferences();
    for (const listener of listeners) listener();
  });
}

// Writes what CSS must know to the root element.
export function applyPreferences(): void {
  const root = document.documentElement;
  const mark = (name: string, value: string, neutral: string) => {
    if (value === neutral) root.removeAttribute(name);
    else root.setAttribute(name, value);
  };
  mark('data-theme', preference('theme'), 'system');
  mark('data-density', preference('density'), 'comfortable');
  mark('data-motion', preference('motion'), 'system');
  mark('data-identities', preference('hideIdentities') === 'on' ? 'hidden' : '', '');
  root.style.setProperty('--text-scale', preference('textScale'));
}
