import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account, AccountForm as Form, Provider } from '../../api/model';
import { accountApi, useChange } from '../../api/queries';
import { useFieldErrors } from '../../shared/field-errors';
import { Button } from '../../shared/ui/button';
import { FormDialog } from '../../shared/ui/dialog';
import { Check, SecretField, TextField } from '../../shared/ui/form';
import { Note, Problem, Skeleton } from '../../shared/ui/layout';
import { useTestWords } from './account-actions';
import css from './accounts.module.css';
import { baseUrlHint, keyHint, namesIn } from './hints';

const FIELDS = ['label', 'base_url', 'key', 'models', 'provider', 'insecure_http'];

interface FormProps {
  title: string;
  provider: Provider;
  back: ReactNode;
  onClose: () => void;
  onMade: (account: Account) => void;
}

export function useAccountDraft(provider: Provider) {
  const [draft, setDraft] = useState({ label: '', base_url: provider.base_url, key: '', models: '', insecure_http: false });
  const put = (part: Partial<typeof draft>) => setDraft((now) => ({ ...now, ...part }));
  const form = (): Form => ({
    provider: provider.name,
    ...(draft.label.trim() && { label: draft.label.trim() }),
    ...(draft.base_url.trim() && draft.base_url.trim() !== provider.base_url && { base_url: draft.base_url.trim() }),
    ...(draft.key.trim() && { key: draft.key.trim() }),
    ...(draft.models.trim() && { models: namesIn(draft.models) }),
    ...(draft.insecure_http && { insecure_http: true }),
  });
  return { draft, put, form };
}

export function AccountFields({ provider, draft, put, errors }: { provider: Provider; draft: ReturnType<typeof useAccountDraft>['draft']; put: ReturnType<typeof useAccountDraft>['put']; errors: Record<string, string> }) {
  const { t } = useTranslation();
  const insecure = /^http:\/\//.test(draft.base_url) && !/^http:\/\/(localhost|127\.|\[::1\])/.test(draft.base_url);
  const urlHint = baseUrlHint(draft.base_url, provider.dialect);
  const wrongKey = keyHint(draft.key, provider.name);
  return (
    <div className={css.form}>
      {provider.note && <Note tone="idle">{t(`provider.${provider.name}.note`, { defaultValue: provider.note })}</Note>}
      <TextField label={t('account.label')} optional placeholder={provider.name} help={t('account.label.help')} value={draft.label} error={errors.label} onText={(label) => put({ label })} />
      <TextField
        label={t('account.base_url')}
        code
        optional={provider.base_url !== ''}
        placeholder="https://…/v1"
        inputMode="url"
        help={urlHint ? t(urlHint.key, urlHint.values) : t('account.base_url.help')}
        value={draft.base_url}
        error={errors.base_url}
        onText={(base_url) => put({ base_url })}
      />
      {insecure && <Check label={t('account.insecure_http')} checked={draft.insecure_http} onChange={(insecure_http) => put({ insecure_http })} />}
      <SecretField label={t('account.key')} optional={!provider.key_required} help={wrongKey ? t('account.key.looks_like', { provider: wrongKey }) : t('account.key.help')} value={draft.key} error={errors.key} onText={(key) => put({ key })} />
      <TextField label={t('account.models')} code optional placeholder="gpt-*, o4-mini" help={t('account.models.help')} value={draft.models} error={errors.models} onText={(models) => put({ models })} />
      {errors[''] && <Note tone="danger" role="alert">{errors['']}</Note>}
      {errors.provider && <Note tone="danger" role="alert">{errors.provider}</Note>}
    </div>
  );
}

// Bad input never clears a field; the main button stays enabled and explains.
export function AccountForm({ title, provider, back, onClose, onMade }: FormProps) {
  const { t } = useTranslation();
  const { draft, put, form } = useAccountDraft(provider);
  const { errors, take, set, clear } = useFieldErrors(FIELDS);
  const create = useChange(accountApi.create);
  const submit = async () => {
    clear();
    if (provider.key_required && !draft.key.trim()) return set({ key: t('account.key.needed') });
    if (!provider.base_url && !draft.base_url.trim()) return set({ base_url: t('account.base_url.needed') });
    try {
      onMade(await create.mutateAsync(form()));
    } catch (error) {
      take(error);
    }
  };
  return (
    <FormDialog title={title} width={620} onClose={onClose} onSubmit={() => void submit()} action={t('add.action')} pending={create.isPending} back={back}>
      <AccountFields provider={provider} draft={draft} put={put} errors={errors} />
    </FormDialog>
  );
}

// After adding: one call that costs nothing says whether address and key are right.
export function CheckStep({ account, onChecked }: { account: Account; onChecked?: (ok: boolean) => void }) {
  const { t } = useTranslation();
  const words = useTestWords();
  const test = useChange(accountApi.test);
  const begun = useRef(false);
  const run = () => void test.mutateAsync(account.id).then((result) => onChecked?.(result.ok), () => undefined);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    run();
  });
  return (
    <>
      <Note tone="ok">{t('add.added', { label: account.label })}</Note>
      {test.isPending && <><p>{t('add.checking')}</p><Skeleton rows={1} height={36} /></>}
      {test.isError && <Problem error={test.error} retry={run} />}
      {test.data && (
        <Note tone={test.data.ok ? 'ok' : 'danger'} role="status" actions={test.data.ok ? undefined : <Button small onClick={run}>{t('action.retry')}</Button>}>
          {words(test.data)}
        </Note>
      )}
    </>
  );
}
