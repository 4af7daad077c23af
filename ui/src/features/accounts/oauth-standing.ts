import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { get, remove } from '../../api/client';
import type { Account, WireError } from '../../api/model';
import { client, keys } from '../../api/queries';
import { useFormats, useNow } from '../../shared/hooks';

export interface OAuthStart {
  login_id: string;
  url: string;
  redirect_uri: string;
  listening: boolean;
  expires_in_s: number;
}
interface Standing {
  state: 'waiting' | 'redeeming' | 'done' | 'failed';
  remaining_ms?: number;
  error?: WireError;
  account?: Account;
}

const LOOK_MS = 1000;

// Looks how the sign-in stands until it is over. Leaving gives it up, and its port is closed.
export function useOAuthStanding(started: OAuthStart, onMade: (account: Account) => void): { left: string; problem: string; close: () => void } {
  const f = useFormats();
  const now = useNow();
  const [begun] = useState(() => Date.now());
  const done = useRef(false);
  const path = `/accounts/oauth/${encodeURIComponent(started.login_id)}`;
  const standing = useQuery({
    queryKey: ['oauth', started.login_id],
    queryFn: ({ signal }) => get<Standing>(path, signal),
    refetchInterval: (query) => (query.state.data?.state === 'done' || query.state.data?.state === 'failed' ? false : LOOK_MS),
    retry: false,
  });
  const account = standing.data?.state === 'done' ? standing.data.account : undefined;
  useEffect(() => {
    if (!account || done.current) return;
    done.current = true;
    void client.invalidateQueries({ queryKey: keys.accounts });
    onMade(account);
  }, [account, onMade]);
  const close = () => {
    if (!done.current) void remove(path).catch(() => undefined);
  };
  const failed = standing.data?.state === 'failed' ? (standing.data.error?.message ?? '') : '';
  return {
    left: f.remaining(Math.max(0, started.expires_in_s * 1000 - (now - begun))),
    problem: failed || (standing.isError ? standing.error.message : ''),
    close,
  };
}
