import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientKey } from '../../api/model';
import { keyApi, useChange } from '../../api/queries';
import { useFieldErrors } from '../../shared/field-errors';
import { useFormats } from '../../shared/hooks';
import { Button } from '../../shared/ui/button';
import { Dialog } from '../../shared/ui/dialog';
import { Select, TextField } from '../../shared/ui/form';
import { Note } from '../../shared/ui/layout';
import { toast } from '../../shared/ui/toast';
import { changesOf, DAYS, draftOf, isLimited, LISTS, type LimitsDraft, NUMBERS, wrongNumber } from './limits-draft';
import css from './proxy.module.css';

export const LIMIT_FIELDS = [...LISTS, ...NUMBERS, 'expires_ms'];

interface FieldsProps {
  draft: LimitsDraft;
  put: (part: Partial<LimitsDraft>) => void;
  errors: Record<string, string>;
}
export function LimitFields({ draft, put, errors }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <div className={css.limits}>
      <TextField label={t('keys.models')} code optional placeholder="claude-*, gpt-5.5" help={t('keys.models.help')} value={draft.models} error={errors.models} onText={(models) => put({ models })} />
      <div className={css.three}>
        {NUMBERS.map((name) => <TextField key={name} label={t(`keys.${name}`)} inputMode="numeric" placeholder={t('keys.unlimited')} value={draft[name]} error={errors[name]} onText={(text) => put({ [name]: text })} />)}
      </div>
      <TextField label={t('keys.networks')} code optional placeholder="192.168.1.0/24, 10.0.0.7" help={t('keys.networks.help')} value={draft.networks} error={errors.networks} onText={(networks) => put({ networks })} />
    </div>
  );
}

// Whether a key ends, and when; one that does keeps its date until another is chosen.
export function EndsField({ expires, draft, put, errors }: FieldsProps & { expires?: number | undefined }) {
  const { t } = useTranslation();
  const f = useFormats();
  const options = ['0', ...DAYS].map((one) => ({ value: one, label: one === '0' ? t('keys.never') : t('keys.in_days', { count: Number(one) }) }));
  if (expires !== undefined) options.unshift({ value: '', label: f.dateTime(expires) });
  return <Select label={t('keys.ends')} value={draft.ends} error={errors.expires_ms} options={options} onText={(ends) => put({ ends })} />;
}

export function LimitsDialog({ of, onClose }: { of: ClientKey; onClose: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => draftOf(of));
  const { errors, take, set, clear } = useFieldErrors(LIMIT_FIELDS);
  const change = useChange(keyApi.limit);
  const fields = { draft, errors, put: (part: Partial<LimitsDraft>) => setDraft((now) => ({ ...now, ...part })) };
  const save = async () => {
    clear();
    const wrong = wrongNumber(draft);
    if (wrong) return set({ [wrong]: t('form.whole_number') });
    try {
      const limits = changesOf(of, draft, Date.now());
      if (Object.keys(limits).length > 0) await change.mutateAsync({ id: of.id, limits });
      toast({ tone: 'ok', text: t('keys.limits.saved', { name: of.name }) });
      onClose();
    } catch (error) {
      take(error);
    }
  };
  return (
    <Dialog
      title={t('keys.limits_named', { name: of.name })}
      width={600}
      onClose={onClose}
      onSubmit={() => void save()}
      foot={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button manages type="submit" look="primary" disabled={change.isPending}>{t('action.save')}</Button>
        </>
      }
    >
      <LimitFields {...fields} />
      <EndsField {...fields} expires={of.expires_ms} />
      {errors[''] && <Note tone="danger" role="alert">{errors['']}</Note>}
    </Dialog>
  );
}

// What limits a key, in words, and how much of its day's tokens are used.
export function LimitsCell({ of }: { of: ClientKey }) {
  const { t } = useTranslation();
  const f = useFormats();
  if (!isLimited(of)) return <span className={css.none}>{t('keys.no_limits')}</span>;
  const rates = [
    of.requests_per_minute && t('keys.per_minute', { shown: f.number(of.requests_per_minute) }),
    of.concurrency && t('keys.at_once', { shown: f.number(of.concurrency) }),
    of.networks?.length && of.networks.join(', '),
  ].filter(Boolean);
  const used = (of.tokens_today ?? 0) / (of.tokens_per_day || 1);
  return (
    <div className={css.limited}>
      {of.models && of.models.length > 0 && <span className="mono cut" title={of.models.join(', ')}>{of.models.join(', ')}</span>}
      {rates.length > 0 && <span>{rates.join(' · ')}</span>}
      {of.tokens_per_day !== undefined && (
        <span className={css.budget} title={`${f.number(of.tokens_today ?? 0)} / ${f.number(of.tokens_per_day)}`}>
          <span className={css.track} aria-hidden><i data-tone={used >= 1 ? 'danger' : used >= 0.8 ? 'warn' : 'ok'} style={{ inlineSize: `${Math.min(100, Math.round(used * 100))}%` }} /></span>
          {t('keys.today', { used: f.compact(of.tokens_today ?? 0), all: f.compact(of.tokens_per_day) })}
        </span>
      )}
    </div>
  );
}
