// Changes to the gateway's settings that are not saved yet. They are sent together, with the revision that was read: if
// somebody else saved in between, nothing is overwritten and both values are shown.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client';
import type { Setting, Settings } from '../../api/model';
import { keys, settingApi, useChange, useSettings } from '../../api/queries';
import { toast } from '../../shared/ui/toast';

export type Value = boolean | number | string;

export interface Draft {
  settings: Map<string, Setting>;
  loading: boolean;
  error: unknown;
  value: (name: string) => Value;
  put: (name: string, value: Value) => void;
  errors: Record<string, string>;
  changed: { name: string; from: Value; to: Value }[];
  conflict: { name: string; theirs: Value }[];
  saving: boolean;
  needsRestart: boolean;
  save: (extra?: Record<string, Value>) => Promise<boolean>;
  discard: () => void;
}

export function choicesOf(setting: Setting): string[] {
  return setting.kind === 'choice' ? [...setting.allowed.matchAll(/"([^"]+)"/g)].map((one) => one[1] ?? '') : [];
}

// What a text field holds, in the setting's own kind; undefined when it cannot be.
export function typed(setting: Setting, value: Value): Value | undefined {
  if (setting.kind === 'integer') return /^\s*-?\d+\s*$/.test(String(value)) ? Number(value) : undefined;
  return setting.kind === 'boolean' ? Boolean(value) : String(value);
}

export function useDraft(names: (name: string) => boolean): Draft {
  const { t } = useTranslation();
  const query = useSettings();
  const cache = useQueryClient();
  const [values, setValues] = useState<Record<string, Value>>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [base, setBase] = useState<Settings | undefined>();
  const change = useChange(({ changes, revision }: { changes: Record<string, Value>; revision: number | undefined }) => settingApi.change(changes, revision));
  const dirty = Object.keys(values).length > 0;
  // While nothing is being edited the newest answer is the base; an edit keeps the base that it began with.
  useEffect(() => {
    if (query.data && (!dirty || !base)) setBase(query.data);
  }, [query.data, dirty, base]);
  const settings = useMemo(() => new Map((base?.settings ?? []).filter((one) => names(one.name)).map((one) => [one.name, one])), [base, names]);
  const stored = (name: string): Value => settings.get(name)?.value ?? '';
  const changed = Object.entries(values)
    .filter(([name, value]) => settings.has(name) && String(value) !== String(stored(name)))
    .map(([name, to]) => ({ name, from: stored(name), to }));
  const newer = query.data && base && query.data.revision !== base.revision ? query.data : undefined;
  const conflict = newer ? newer.settings.filter((one) => String(one.value) !== String(stored(one.name)) && one.name in values).map((one) => ({ name: one.name, theirs: one.value ?? '' })) : [];

  const save = async (extra: Record<string, Value> = {}): Promise<boolean> => {
    setErrors({});
    const changes: Record<string, Value> = {};
    const wrong: Record<string, string> = {};
    for (const { name, to } of changed) {
      const setting = settings.get(name);
      const value = setting && typed(setting, to);
      if (value === undefined) wrong[name] = t('form.whole_number');
      else changes[name] = value;
    }
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return false;
    try {
      const saved = await change.mutateAsync({ changes: { ...changes, ...extra }, revision: newer ? newer.revision : base?.revision });
      if (saved?.settings) cache.setQueryData(keys.settings, saved);
      setValues({});
      setBase(saved?.settings ? saved : undefined);
      toast({ tone: 'ok', text: t('settings.saved') });
      return true;
    } catch (error) {
      const field = error instanceof ApiError ? (error.field ?? '') : '';
      const text = error instanceof ApiError && error.status === 0 ? t('error.offline') : error instanceof Error ? error.message : String(error);
      setErrors({ [settings.has(field) || field in extra ? field : '']: text });
      await query.refetch();
      return false;
    }
  };
  return {
    settings,
    loading: !base && query.isPending,
    error: query.error,
    value: (name) => values[name] ?? stored(name),
    put: (name, value) => {
      setValues((now) => ({ ...now, [name]: value }));
      setErrors((now) => Object.fromEntries(Object.entries(now).filter(([one]) => one !== name && one !== '')));
    },
    errors,
    changed,
    conflict,
    saving: change.isPending,
    needsRestart: changed.some(({ name }) => settings.get(name)?.needs_restart),
    save,
    discard: () => {
      setValues({});
      setErrors({});
      if (query.data) setBase(query.data);
    },
  };
}
