import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../api/model';
import { keys } from '../../api/queries';
import { useFormats, useNow } from '../../shared/hooks';
import { Chip } from '../../shared/ui/layout';
import { stateOf } from './state';

// How much of a rest is left: the gateway told how much, when the list was read.
export function useRemaining(milliseconds: number | undefined): number | undefined {
  const now = useNow();
  const readAt = useQuery({ queryKey: keys.accounts, enabled: false }).dataUpdatedAt;
  return milliseconds === undefined ? undefined : Math.max(0, milliseconds - Math.max(0, now - readAt));
}

export function StateChip({ account, countdown }: { account: Account; countdown?: boolean }) {
  const { t } = useTranslation();
  const f = useFormats();
  const state = stateOf(account);
  const left = useRemaining(state.rest?.remaining_ms);
  const until = countdown && left !== undefined ? ` · ${f.remaining(left)}` : '';
  return (
    <Chip tone={state.tone} icon={state.icon} title={state.rest?.message ?? account.problem}>
      {t(`account.state.${state.word}`, { defaultValue: state.word })}
      {state.rest && !state.everything ? ` (${state.rest.model})` : ''}
      {until}
    </Chip>
  );
}
