// One hook per resource of the gateway. What changes on the gateway arrives as events and makes these ask again.
import { QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, get, patch, post, put, query, remove } from './client';
import type * as m from './model';
import type { Recording, RoutePresets } from './types';

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

export const keys = {
  status: ['status'] as const,
  accounts: ['accounts'] as const,
  keys: ['keys'] as const,
  routes: ['routes'] as const,
  settings: ['settings'] as const,
  requests: ['requests'] as const,
  stats: ['stats'] as const,
  clients: ['clients'] as const,
  recording: ['recording'] as const,
};

export const useStatus = () =>
  useQuery({ queryKey: keys.status, queryFn: ({ signal }) => get<m.Status>('/status', signal), refetchInterval: 5_000 });
export const useAccounts = () =>
  useQuery({
    queryKey: keys.accounts,
    queryFn: async ({ signal }) => (await get<{ accounts: m.Account[] }>('/accounts', signal)).accounts,
    refetchInterval: 10_000,
  });
export const useProviders = () =>
  useQuery({
    queryKey: ['providers'],
    queryFn: async ({ signal }) => (await get<{ providers: m.Provider[] }>('/catalogue/providers', signal)).providers,
    staleTime: Number.POSITIVE_INFINITY,
  });
export const useModels = () =>
  useQuery({
    queryKey: ['models'],
    queryFn: async ({ signal }) => (await get<{ models: m.ModelFact[] }>('/catalogue/models', signal)).models,
    staleTime: Number.POSITIVE_INFINITY,
  });
export const useClients = () =>
  useQuery({
    queryKey: keys.clients,
    queryFn: async ({ signal }) => (await get<{ clients: m.ClientGuide[] }>('/clients', signal)).clients,
  });
export const useKeys = () =>
  useQuery({ queryKey: keys.keys, queryFn: ({ signal }) => get<m.Keys>('/keys', signal) });
export const useRules = () =>
  useQuery({
    queryKey: keys.routes,
    queryFn: async ({ signal }) => (await get<{ routes: m.Rule[] }>('/routes', signal)).routes,
  });
export const useRoutePresets = () =>
  useQuery({
    queryKey: ['route-presets'],
    queryFn: async ({ signal }) => (await get<RoutePresets>('/routes/presets', signal)).presets,
    staleTime: Number.POSITIVE_INFINITY,
  });
// It may have been begun elsewhere, and ends by itself.
export const useRecording = () =>
  useQuery({ queryKey: keys.recording, queryFn: ({ signal }) => get<Recording>('/recording', signal), refetchInterval: 10_000 });
export const useSettings = () =>
  useQuery({ queryKey: keys.settings, queryFn: ({ signal }) => get<m.Settings>('/settings', signal) });

export interface RequestFilter {
  limit?: number;
  before?: number;
  since_ms?: number;
  until_ms?: number;
  failures?: boolean;
  class?: string;
  code?: string;
  account?: string;
  provider?: string;
  model?: string;
  dialect?: string;
  key?: string;
  contains?: string;
}
export const fetchRequests = (filter: RequestFilter, signal?: AbortSignal) =>
  get<m.RequestPage>(`/requests${query({ ...filter })}`, signal);
export const useRequests = (filter: RequestFilter, enabled = true) =>
  useQuery({
    queryKey: [...keys.requests, filter],
    queryFn: ({ signal }) => fetchRequests(filter, signal),
    placeholderData: (previous) => previous,
    enabled,
  });
export const useTrace = (id: string | undefined) =>
  useQuery({
    queryKey: ['trace', id],
    queryFn: ({ signal }) => get<m.Trace>(`/requests/${encodeURIComponent(id ?? '')}/trace`, signal),
    enabled: id !== undefined,
    staleTime: 60_000,
  });

export const fetchStats = (by: m.StatBy, since: number, until: number, slice: number, signal?: AbortSignal) =>
  get<{ stats: m.Stat[] }>(`/stats${query({ by, since_ms: since, until_ms: until, slice_ms: slice || undefined })}`, signal);
export const useStats = (by: m.StatBy, since: number, until: number, slice: number) =>
  useQuery({
    queryKey: [...keys.stats, by, since, until, slice],
    queryFn: async ({ signal }) => (await fetchStats(by, since, until, slice, signal)).stats,
    placeholderData: (previous) => previous,
  });

interface OpenApi {
  paths: Record<string, Record<string, unknown>>;
}
// What this gateway can do, by its own description: pages hide or explain what it has not.
export function useFeatures(): (method: string, path: string) => boolean | undefined {
  const { data } = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => get<OpenApi>('/openapi.json', signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (method, path) => (data ? data.paths[path]?.[method.toLowerCase()] !== undefined : undefined);
}

const touched = [keys.accounts, keys.status, keys.routes, keys.keys, keys.settings, keys.clients, keys.recording];
// A change on the gateway: afterwards everything that could show it is asked again.
export function useChange<In, Out>(work: (input: In) => Promise<Out>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: work,
    onSettled: () => Promise.all(touched.map((queryKey) => cache.invalidateQueries({ queryKey }))),
  });
}

export const accountApi = {
  create: (form: m.AccountForm) => post<m.Account>('/accounts', form),
  change: (id: string, form: m.AccountForm) => patch<m.Account>(`/accounts/${encodeURIComponent(id)}`, form),
  remove: (id: string) => remove<m.Account>(`/accounts/${encodeURIComponent(id)}`),
  test: (id: string) => post<m.TestResult>(`/accounts/${encodeURIComponent(id)}/test`),
  refresh: (id: string) => post<m.Account>(`/accounts/${encodeURIComponent(id)}/refresh`),
  quota: (id: string) => post<m.Account>(`/accounts/${encodeURIComponent(id)}/quota`),
  enable: (id: string, on: boolean) =>
    post<m.Account>(`/accounts/${encodeURIComponent(id)}/${on ? 'enable' : 'disable'}`),
};
export const ruleApi = {
  replaceAll: (routes: { match: string; targets: string[]; strict?: boolean }[]) => put<{ routes: m.Rule[] }>('/routes', { routes }),
};
export const recordingApi = {
  start: (minutes: number) => post<Recording>('/recording', { minutes }),
  stop: () => remove<Recording>('/recording'),
};
export const keyApi = {
  create: (form: { name: string } & m.KeyLimits) => post<m.ClientKey>('/keys', form),
  limit: ({ id, limits }: { id: string; limits: m.KeyChange }) => patch<m.Keys>(`/keys/${encodeURIComponent(id)}`, limits),
  rotate: ({ id, hours }: { id: string; hours: number }) => post<m.ClientKey>(`/keys/${encodeURIComponent(id)}/rotate`, { overlap_hours: hours }),
  revoke: (id: string) => remove<m.Keys>(`/keys/${encodeURIComponent(id)}`),
  reveal: () => get<{ name: string; value: string }>('/settings/proxy.api_key?reveal=1'),
};
export const settingApi = {
  change: (changes: Record<string, unknown>, revision?: number) => patch<m.Settings>('/settings', changes, revision),
};
