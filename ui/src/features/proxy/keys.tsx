import { KeyRound, Plus, RefreshCcw, Trash2 } from 'lucide-react';
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

export function Keys() {
  const { t } = useTranslation();
  const f = useFormats();
  const keys = useKeys();
  const [making, setMaking] = useState(false);
  const [rotating, setRotating] = useState<ClientKey | null>(null);
  const now = useNow();
  const [revoking, setRevoking] = useState<ClientKey | null>(null);
  const revoke = useChange(keyApi.revoke);
  const features = useFeatures();
  if (keys.isError) return <Problem error={keys.error} retry={() => void keys.refetch()} />;
  if (!keys.data) return <Skeleton rows={3} height={56} />;
  const list = keys.data.keys;
  return (
    <>
      <Note tone={keys.data.demanded ? 'ok' : 'info'}>{t(keys.data.demanded ? 'keys.demanded' : 'keys.not_demanded')}</Note>
      <Card title={t('keys.primary')}>
        <PrimaryKey hint={keys.data.primary.hint} />
      </Card>
      <Card title={t('keys.named')} flush actions={<Button icon={Plus} onClick={() => setMaking(true)}>{t('keys.create')}</Button>}>
        {list.length === 0 ? (
          <Empty icon={KeyRound} title={t('keys.empty.title')}>{t('keys.empty.text')}</Empty>
        ) : (
          <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('keys.named')}>
            <table className={layout.table}>
              <thead>
                <tr>
                  <th scope="col">{t('keys.name')}</th>
                  <th scope="col">{t('keys.key')}</th>
                  <th scope="col">{t('keys.created')}</th>
                  <th scope="col">{t('keys.ends')}</th>
                  <th scope="col">{t('keys.state')}</th>
                  <th scope="col"><span className="visually-hidden">{t('accounts.col.actions')}</span></th>
                </tr>
              </thead>
              <tbody>
                {list.map((one) => (
                  <tr key={one.id}>
                    <td><Identity>{one.name}</Identity></td>
                    <td className="mono">{one.hint}</td>
                    <td>{f.dateTime(one.created_ms)}</td>
                    <td>{one.expires_ms === undefined ? t('keys.never') : <span title={f.dateTime(one.expires_ms)}>{one.expires_ms > now ? f.remaining(one.expires_ms - now) : f.dateTime(one.expires_ms)}</span>}</td>
                    <td>{one.revoked_ms ? <Chip tone="idle">{t('keys.revoked')}</Chip> : one.expires_ms !== undefined && one.expires_ms <= now ? <Chip tone="warn">{t('keys.ended')}</Chip> : <Chip tone="ok">{t('keys.active')}</Chip>}</td>
                    <td className={layout.right}>{!one.revoked_ms && features('POST', '/keys/{key}/rotate') && <IconButton small icon={RefreshCcw} label={t('keys.rotate_named', { name: one.name })} onClick={() => setRotating(one)} />}{!one.revoked_ms && <IconButton small icon={Trash2} label={t('keys.revoke_named', { name: one.name })} onClick={() => setRevoking(one)} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
      {making && <NewKey onClose={() => setMaking(false)} />}
      {rotating && <RotateKey old={rotating} onClose={() => setRotating(null)} />}
      {revoking && (
        <Confirm title={t('keys.revoke_named', { name: revoking.name })} action={t('keys.revoke')} onConfirm={() => revoke.mutateAsync(revoking.id)} onClose={() => setRevoking(null)}>
          {t('keys.revoke.text')}
        </Confirm>
      )}
    </>
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
        <Button small onClick={() => (value ? setValue('') : void reveal())}>{t(value ? 'action.hide' : 'keys.reveal')}</Button>
        <CopyButton small text={() => keyApi.reveal().then((one) => one.value)}>{t('keys.copy')}</CopyButton>
      </Row>
      <p style={{ color: 'var(--text-2)', fontSize: 'var(--size-13)' }}>{t('keys.primary.text')}</p>
    </>
  );
}

export function NewKey({ onClose, onMade }: { onClose: () => void; onMade?: (key: string) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [days, setDays] = useState('0');
  const [made, setMade] = useState<ClientKey | null>(null);
  const { errors, take, set, clear } = useFieldErrors(['name']);
  const create = useChange(keyApi.create);
  const submit = async () => {
    clear();
    if (!name.trim()) return set({ name: t('keys.name_needed') });
    try {
      const key = await create.mutateAsync({ name: name.trim(), ...(days !== '0' && { expires_ms: Date.now() + Number(days) * 86_400_000 }) });
      setMade(key);
      if (key.key) onMade?.(key.key);
    } catch (error) {
      take(error);
    }
  };
  if (made) return <Made made={made} onClose={onClose} />;
  return (
    <Dialog title={t('keys.create')} onClose={onClose} onSubmit={() => void submit()} foot={<><Button onClick={onClose}>{t('action.cancel')}</Button><Button type="submit" look="primary" disabled={create.isPending}>{t('keys.create')}</Button></>}>
      <TextField data-autofocus label={t('keys.name')} help={t('keys.name.help')} value={name} error={errors.name} onText={setName} />
      <Select label={t('keys.ends')} value={days} onText={setDays} options={['0', '1', '7', '30', '90', '365'].map((one) => ({ value: one, label: one === '0' ? t('keys.never') : t('keys.in_days', { count: Number(one) }) }))} />
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
