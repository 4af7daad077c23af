import { KeyRound, Plus, RefreshCcw, SlidersHorizontal, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientKey } from '../../api/model';
import { keyApi, useChange, useFeatures, useKeys } from '../../api/queries';
import { useFieldErrors } from '../../shared/field-errors';
import { useFormats, useNow } from '../../shared/hooks';
import { Button, CopyButton, IconButton } from '../../shared/ui/button';
import { Confirm, Dialog } from '../../shared/ui/dialog';
import { Select, TextField } from '../../shared/ui/form';
import { Card, Chip, Empty, Identity, layout, Note, Problem, Row, Skeleton, useErrorText } from '../../shared/ui/layout';
import { toast } from '../../shared/ui/toast';
import { EndsField, LIMIT_FIELDS, LimitFields, LimitsCell, LimitsDialog } from './key-limits';
import { draftOf, type LimitsDraft, limitsOf, wrongNumber } from './limits-draft';
import css from './proxy.module.css';

export function Keys() {
  const { t } = useTranslation();
  const keys = useKeys();
  const [making, setMaking] = useState(false);
  const [chosen, setChosen] = useState<{ act: Act; key: ClientKey } | null>(null);
  const revoke = useChange(keyApi.revoke);
  if (keys.isError) return <Problem error={keys.error} retry={() => void keys.refetch()} />;
  if (!keys.data) return <Skeleton rows={3} height={56} />;
  const list = keys.data.keys;
  return (
    <>
      <Note tone={keys.data.demanded ? 'ok' : 'info'}>{t(keys.data.demanded ? 'keys.demanded' : 'keys.not_demanded')}</Note>
      <Card title={t('keys.primary')}>
        <PrimaryKey hint={keys.data.primary.hint} />
      </Card>
      <Card title={t('keys.named')} flush actions={<Button manages icon={Plus} onClick={() => setMaking(true)}>{t('keys.create')}</Button>}>
        {list.length === 0 ? (
          <Empty icon={KeyRound} title={t('keys.empty.title')}>{t('keys.empty.text')}</Empty>
        ) : (
          <KeyTable list={list} onAct={(act, key) => setChosen({ act, key })} />
        )}
      </Card>
      {making && <NewKey onClose={() => setMaking(false)} />}
      {chosen?.act === 'limits' && <LimitsDialog of={chosen.key} onClose={() => setChosen(null)} />}
      {chosen?.act === 'rotate' && <RotateKey old={chosen.key} onClose={() => setChosen(null)} />}
      {chosen?.act === 'revoke' && (
        <Confirm title={t('keys.revoke_named', { name: chosen.key.name })} action={t('keys.revoke')} onConfirm={() => revoke.mutateAsync(chosen.key.id)} onClose={() => setChosen(null)}>
          {t('keys.revoke.text')}
        </Confirm>
      )}
    </>
  );
}

type Act = 'limits' | 'rotate' | 'revoke';

function KeyTable({ list, onAct }: { list: ClientKey[]; onAct: (act: Act, key: ClientKey) => void }) {
  const { t } = useTranslation();
  const f = useFormats();
  const now = useNow();
  const features = useFeatures();
  return (
    <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('keys.named')}>
      <table className={layout.table}>
        <thead>
          <tr>
            <th scope="col">{t('keys.name')}</th>
            <th scope="col">{t('keys.limits')}</th>
            <th scope="col" className={css.wideOnly}>{t('keys.created')}</th>
            <th scope="col">{t('keys.ends')}</th>
            <th scope="col">{t('keys.state')}</th>
            <th scope="col"><span className="visually-hidden">{t('accounts.col.actions')}</span></th>
          </tr>
        </thead>
        <tbody>
          {list.map((one) => {
            const ends = one.expires_ms;
            const ended = ends !== undefined && ends <= now;
            return (
              <tr key={one.id}>
                <td><Identity>{one.name}</Identity><br /><span className={`mono ${css.none}`}>{one.hint}</span></td>
                <td><LimitsCell of={one} /></td>
                <td className={css.wideOnly}>{f.dateTime(one.created_ms)}</td>
                <td className={css.line}>{ends === undefined ? t('keys.never') : <span title={f.dateTime(ends)}>{ended ? f.dateTime(ends) : f.remaining(ends - now)}</span>}</td>
                <td>{one.revoked_ms ? <Chip tone="idle">{t('keys.revoked')}</Chip> : ended ? <Chip tone="warn">{t('keys.ended')}</Chip> : <Chip tone="ok">{t('keys.active')}</Chip>}</td>
                <td className={`${layout.right} ${css.line}`}>
                  {!one.revoked_ms && (
                    <>
                      {features('PATCH', '/keys/{key}') && <IconButton manages small icon={SlidersHorizontal} label={t('keys.limits_named', { name: one.name })} onClick={() => onAct('limits', one)} />}
                      {features('POST', '/keys/{key}/rotate') && <IconButton manages small icon={RefreshCcw} label={t('keys.rotate_named', { name: one.name })} onClick={() => onAct('rotate', one)} />}
                      <IconButton manages small icon={Trash2} label={t('keys.revoke_named', { name: one.name })} onClick={() => onAct('revoke', one)} />
                    </>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const SHOWN_MS = 30_000;

// Shown for half a minute, or until the window loses the focus.
function PrimaryKey({ hint }: { hint: string }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [value, setValue] = useState('');
  useEffect(() => {
    if (!value) return undefined;
    const hide = () => setValue('');
    const id = setTimeout(hide, SHOWN_MS);
    window.addEventListener('blur', hide);
    return () => {
      clearTimeout(id);
      window.removeEventListener('blur', hide);
    };
  }, [value]);
  const reveal = async () => {
    try {
      setValue((await keyApi.reveal()).value);
    } catch (error) {
      toast({ tone: 'danger', text: errorText(error).text });
    }
  };
  return (
    <>
      <Row>
        <code style={{ overflowWrap: 'anywhere' }}>{value || hint || '–'}</code>
        <Button manages small onClick={() => (value ? setValue('') : void reveal())}>{t(value ? 'action.hide' : 'keys.reveal')}</Button>
        <CopyButton manages small text={() => keyApi.reveal().then((one) => one.value)}>{t('keys.copy')}</CopyButton>
      </Row>
      <p style={{ color: 'var(--text-2)', fontSize: 'var(--size-13)' }}>{t('keys.primary.text')}</p>
    </>
  );
}

export function NewKey({ onClose, onMade }: { onClose: () => void; onMade?: (key: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [draft, setDraft] = useState(() => draftOf({}));
  const [made, setMade] = useState<ClientKey | null>(null);
  const { errors, take, set, clear } = useFieldErrors(['name', ...LIMIT_FIELDS]);
  const create = useChange(keyApi.create);
  const fields = { draft, errors, put: (part: Partial<LimitsDraft>) => setDraft((now) => ({ ...now, ...part })) };
  const submit = async () => {
    clear();
    if (!name.trim()) return set({ name: t('keys.name_needed') });
    const wrong = wrongNumber(draft);
    if (wrong) return set({ [wrong]: t('form.whole_number') });
    try {
      const key = await create.mutateAsync({ name: name.trim(), ...limitsOf(draft, Date.now()) });
      setMade(key);
      if (key.key) onMade?.(key.key);
    } catch (error) {
      take(error);
    }
  };
  if (made) return <Made made={made} onClose={onClose} />;
  return (
    <Dialog title={t('keys.create')} width={600} onClose={onClose} onSubmit={() => void submit()} foot={<><Button onClick={onClose}>{t('action.cancel')}</Button><Button type="submit" look="primary" disabled={create.isPending}>{t('keys.create')}</Button></>}>
      <TextField data-autofocus label={t('keys.name')} help={t('keys.name.help')} value={name} error={errors.name} onText={setName} />
      <EndsField {...fields} />
      <details className={css.more} open={LIMIT_FIELDS.some((name) => errors[name]) || undefined}>
        <summary>{t('keys.limits')}</summary>
        <LimitFields {...fields} />
      </details>
      {errors[''] && <Note tone="danger" role="alert">{errors['']}</Note>}
    </Dialog>
  );
}

// Shown now and never again.
function Made({ made, onClose }: { made: ClientKey; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('keys.made', { name: made.name })} onClose={onClose} foot={<Button look="primary" onClick={onClose}>{t('action.done')}</Button>}>
      <Note tone="warn">{t('keys.once')}</Note>
      <Row>
        <code style={{ overflowWrap: 'anywhere' }}>{made.key}</code>
        <CopyButton text={made.key ?? ''}>{t('keys.copy')}</CopyButton>
      </Row>
    </Dialog>
  );
}

function RotateKey({ old, onClose }: { old: ClientKey; onClose: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [hours, setHours] = useState('24');
  const rotate = useChange(keyApi.rotate);
  if (rotate.data) return <Made made={rotate.data} onClose={onClose} />;
  return (
    <Dialog title={t('keys.rotate_named', { name: old.name })} onClose={onClose} onSubmit={() => rotate.mutate({ id: old.id, hours: Number(hours) })} foot={<><Button onClick={onClose}>{t('action.cancel')}</Button><Button type="submit" look="primary" disabled={rotate.isPending}>{t('keys.rotate')}</Button></>}>
      <p>{t('keys.rotate.text')}</p>
      <Select label={t('keys.overlap')} value={hours} onText={setHours} options={['0', '1', '24', '168'].map((one) => ({ value: one, label: one === '0' ? t('keys.overlap.none') : t('keys.in_hours', { count: Number(one) }) }))} />
      {rotate.isError && <Note tone="danger" role="alert">{errorText(rotate.error).text}</Note>}
    </Dialog>
  );
}
