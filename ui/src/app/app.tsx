import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, type ReactNode, startTransition, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { post } from '../api/client';
import { hub } from '../api/live';
import { client, keys, useStatus } from '../api/queries';
import { askOtherTabs, onToken, setToken, takeLoginCode, token } from '../api/session';
import { Dashboard } from '../features/dashboard/dashboard';
import { useLiveEvents } from '../shared/hooks';
import { Managing } from '../shared/managing';
import { Empty, Page, Skeleton } from '../shared/ui/layout';
import { Toasts } from '../shared/ui/toast';
import { ErrorBoundary } from './error-boundary';
import { Login } from './login';
import { Shell } from './shell';

const Accounts = lazy(() => import('../features/accounts/accounts'));
const Proxy = lazy(() => import('../features/proxy/proxy'));
const Monitor = lazy(() => import('../features/monitor/monitor'));
const Stats = lazy(() => import('../features/stats/stats'));
const Settings = lazy(() => import('../features/settings/settings'));
const Onboarding = lazy(() => import('../features/onboarding/onboarding'));

// The one-time code of a login link is exchanged once, also when React mounts twice.
let entering: Promise<boolean> | null = null;
async function enter(): Promise<boolean> {
  const code = takeLoginCode();
  if (code !== null) {
    try {
      setToken((await post<{ token: string }>('/login', { code })).token);
      return true;
    } catch {
      return token() !== null;
    }
  }
  return token() !== null || askOtherTabs();
}

export function App() {
  const known = useSyncExternalStore(onToken, token);
  const [entered, setEntered] = useState(false);
  useEffect(() => {
    entering ??= enter();
    // A transition: the first page is drawn in slices, so that the browser answers meanwhile.
    void entering.then(() => startTransition(() => setEntered(true)));
  }, []);
  if (!entered) return null;
  if (known === null) return <Login />;
  return (
    <QueryClientProvider client={client}>
      <Freshness />
      <WithRights>
        <Switch>
          <Route path="/welcome/:step?">
            <Suspense fallback={null}>
              <Onboarding />
            </Suspense>
          </Route>
          <Route>
            <Shell>
              <ErrorBoundary>
                <Suspense fallback={<Waiting />}>
                  <Pages />
                </Suspense>
              </ErrorBoundary>
            </Shell>
          </Route>
        </Switch>
      </WithRights>
      <Toasts />
    </QueryClientProvider>
  );
}

function WithRights({ children }: { children: ReactNode }) {
  const status = useStatus().data;
  return <Managing.Provider value={status?.rights !== 'view'}>{children}</Managing.Provider>;
}

function Pages() {
  const { t } = useTranslation();
  return (
    <Switch>
      <Route path="/" component={Dashboard} />
      <Route path="/accounts/:id?/:tab?" component={Accounts} />
      <Route path="/proxy/:tab?" component={Proxy} />
      <Route path="/monitor/:id?" component={Monitor} />
      <Route path="/stats" component={Stats} />
      <Route path="/settings/:section?" component={Settings} />
      <Route path="/index.html">
        <Redirect to="/" replace />
      </Route>
      <Route>
        <Page title={t('notfound.title')}>
          <Empty title={t('notfound.title')}>{t('notfound.text')}</Empty>
        </Page>
      </Route>
    </Switch>
  );
}

function Waiting() {
  return (
    <div style={{ padding: 24 }}>
      <Skeleton rows={4} height={56} />
    </div>
  );
}

// What an event says has changed is asked again. A tick comes from gateways without events.
const nouns: Record<string, readonly string[][]> = {
  accounts: [['accounts'], ['status']],
  routes: [['routes'], ['status']],
  keys: [['keys'], ['status']],
  settings: [['settings'], ['status'], ['keys'], ['clients']],
  proxy: [['status'], ['clients']],
};
function Freshness() {
  const [, navigate] = useLocation();
  useEffect(() => {
    hub.start();
    return () => hub.end();
  }, []);
  useLiveEvents((event) => {
    const again = (key: readonly string[]) => void client.invalidateQueries({ queryKey: key });
    if (event.type === 'resync') void client.invalidateQueries();
    else if (event.type === 'changed') {
      const what = (event.data as { what?: string } | null)?.what ?? '';
      for (const key of nouns[what] ?? [['status']]) again(key);
    } else if (event.type === 'account') again(keys.accounts);
    else if (event.type.startsWith('proxy')) again(keys.status);
    else if (event.type === 'open' && typeof event.data === 'string') navigate(event.data);
  });
  return null;
}
