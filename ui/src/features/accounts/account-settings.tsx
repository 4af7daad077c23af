import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account, AccountForm } from '../../api/model';
import { accountApi, useChange } from '../../api/queries';
import { useFieldErrors } from '../../shared/field-errors';
import { Button } from '../../shared/ui/button';
import { Check, SecretField, TextField } from '../../shared/ui/form';
import { Note, Row } from '../../shared/ui/layout';
import { toast } from '../../shared/ui/toast';
import css from './accounts.module.css';
import { namesIn } from './hints';
import { hasHint } from './state';

interface Draft {
  label: string;
  base_url: string;
  key: string;
  models: string;
  excluded_models: string;
  priority: string;
  weight: string;
  max_concurrency: string;
  groups: string;
  tags: string;
  reserve_percent: string;
  reserve_strict: boolean;
  insecure_http: boolean;
}
const draftOf = (account: Account): Draft => ({
  label: account.label,
  base_url: account.base_url,
  key: '',
  models: account.models.join(', '),
  excluded_models: account.excluded_models.join(', '),
  priority: String(account.priority),
  weight: String(account.weight),
  max_concurrency: String(account.max_concurrency),
  groups: account.groups.join(', '),
  tags: account.tags.join(', '),
  reserve_percent: String(account.reserve_percent),
  reserve_strict: account.reserve_strict,
  insecure_http: account.insecure_http,
});
const NUMBERS = ['priority', 'weight', 'max_concurrency', 'reserve_percent'] as const;

// Only what differs is sent, so that two windows do not undo each other's fields.
export function changesOf(account: Account, draft: Draft): AccountForm {
  const before = draftOf(account);
  const out: AccountForm = {};
  if (draft.label !== before.label) out.label = draft.label.trim();
  if (draft.base_url !== before.base_url) out.base_url = draft.base_url.trim();
  if (draft.key) out.key = draft.key.trim();
  if (draft.models !== before.models) out.models = namesIn(draft.models);
  if (draft.excluded_models !== before.excluded_models) out.excluded_models = namesIn(draft.excluded_models);
  if (draft.groups !== before.groups) out.groups = namesIn(draft.groups);
  if (draft.tags !== before.tags) out.tags = namesIn(draft.tags);
  if (draft.reserve_strict !== before.reserve_strict) out.reserve_strict = draft.reserve_strict;
  for (const name of NUMBERS) if (draft[name] !== before[name]) out[name] = Number(draft[name]);
  if (draft.insecure_http !== before.insecure_http) out.insecure_http = draft.insecure_http;
  return out;
}

export function AccountSettings({ account }: { account: Account }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => draftOf(account));
  const { errors, take, set, clear } = useFieldErrors(Object.keys(draft));
  const change = useChange((form: AccountForm) => accountApi.change(account.id, form));
  const put = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const changes = changesOf(account, draft);
  const count = Object.keys(changes).length;
  const save = async () => {
    clear();
    const wrong = NUMBERS.find((name) => !/^-?\d+$/.test(draft[name].trim()));
    if (wrong) return set({ [wrong]: t('form.whole_number') });
    try {
      await change.mutateAsync(changes);
      put({ key: '' });
      toast({ tone: 'ok', text: t('account.saved', { label: draft.label }) });
    } catch (error) {
      take(error);
    }
  };
  return (
    <form className={css.form} noValidate onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <TextField label={t('account.label')} value={draft.label} error={errors.label} onText={(label) => put({ label })} />
      <TextField label={t('account.base_url')} code placeholder={account.address} value={draft.base_url} error={errors.base_url} help={t('account.base_url.keep')} onText={(base_url) => put({ base_url })} />
      <SecretField label={t('account.key.new')} optional value={draft.key} error={errors.key} help={account.key_hint ? t(hasHint(account.key_hint) ? 'account.key.keep' : 'account.key.keep_unseen', { hint: account.key_hint }) : t('account.key.help')} onText={(key) => put({ key })} />
      <TextField label={t('account.models')} code value={draft.models} error={errors.models} help={t('account.models.help')} onText={(models) => put({ models })} />
      <TextField label={t('account.excluded')} code value={draft.excluded_models} error={errors.excluded_models} help={t('account.excluded.help')} onText={(excluded_models) => put({ excluded_models })} />
      <div className={css.two}>
        {NUMBERS.map((name) => <TextField key={name} label={t(`account.${name}`)} inputMode="numeric" value={draft[name]} error={errors[name]} help={t(`account.${name}.help`)} onText={(text) => put({ [name]: text })} />)}
      </div>
      <Check label={t('account.reserve_strict')} checked={draft.reserve_strict} onChange={(reserve_strict) => put({ reserve_strict })} />
      <TextField label={t('account.groups')} value={draft.groups} error={errors.groups} help={t('account.groups.help')} onText={(groups) => put({ groups })} />
      <TextField label={t('account.tags')} value={draft.tags} error={errors.tags} help={t('account.tags.help')} onText={(tags) => put({ tags })} />
      <Check label={t('account.insecure_http')} checked={draft.insecure_http} onChange={(insecure_http) => put({ insecure_http })} />
      {errors[''] && <Note tone="danger" role="alert">{errors['']}</Note>}
      <Row>
        <Button manages type="submit" look="primary" disabled={count === 0 || change.isPending}>{t('action.save')}</Button>
        <Button disabled={count === 0} onClick={() => { setDraft(draftOf(account)); clear(); }}>{t('action.discard')}</Button>
      </Row>
    </form>
  );
}
