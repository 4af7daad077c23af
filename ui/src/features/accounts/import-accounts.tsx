// Refresh tokens in any form, a file of accounts, or an export of our own: first what would happen, item by item, then
// the same list with what did happen. Mixed results are never one message.
import { FileUp } from 'lucide-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { useChange, useFeatures } from '../../api/queries';
import { useFieldErrors } from '../../shared/field-errors';
import { Button } from '../../shared/ui/button';
import { Dialog } from '../../shared/ui/dialog';
import { SecretField, TextArea, TextField } from '../../shared/ui/form';
import { Chip, Identity, layout, Note, Row, type Tone } from '../../shared/ui/layout';
import css from './accounts.module.css';

interface Item {
  place: number;
  recognised: string;
  hint: string;
  subject: string;
  provider: string;
  result: string;
  label?: string;
  why?: string;
}
interface Judged {
  items: Item[];
  routes: number;
  counts: Record<string, number>;
}

const TONES: Record<string, Tone> = { add: 'info', added: 'ok', duplicate: 'idle', unchecked: 'warn', invalid: 'danger', rejected: 'danger' };
const FILE_MAX = 1_000_000;

export function ImportAccounts({ kind, title, back, onClose }: { kind: string; title: string; back: ReactNode; onClose: () => void }) {
  const { t } = useTranslation();
  const features = useFeatures();
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const file = useRef<HTMLInputElement>(null); // behind a button of ours: the browser's own speaks its own language
  const [more, setMore] = useState({ passphrase: '', client_id: '', client_secret: '' });
  const { errors, take, set, clear } = useFieldErrors(['text', 'passphrase', 'client_id', 'client_secret']);
  const preview = useChange((body: object) => post<Judged>('/accounts/import/preview', body));
  const apply = useChange((body: object) => post<Judged>('/accounts/import/apply', body));
  const body = () => ({ text, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value.trim() !== '')) });
  const run = async (what: typeof preview) => {
    clear();
    if (!text.trim()) return set({ text: t('import.empty') });
    try {
      await what.mutateAsync(body());
    } catch (error) {
      take(error);
    }
  };
  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > FILE_MAX) return set({ text: t('import.too_large') });
    setText(await chosen.text());
    setName(chosen.name);
    preview.reset();
    apply.reset();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    void read(event.dataTransfer.files[0]);
  };
  if (features('POST', '/accounts/import/preview') === false) {
    return <Dialog title={title} width={620} onClose={onClose} foot={back}><Note tone="info">{t('feature.missing')}</Note></Dialog>;
  }
  const judged = apply.data ?? preview.data;
  const addable = preview.data?.counts.add ?? 0;
  const put = (part: Partial<typeof more>) => setMore((now) => ({ ...now, ...part }));
  return (
    <Dialog
      title={title}
      width={760}
      onClose={onClose}
      onSubmit={() => void run(preview)}
      foot={
        apply.data ? (
          <Button look="primary" onClick={onClose}>{t('action.done')}</Button>
        ) : (
          <>
            {back}
            <Button type="submit" disabled={preview.isPending}>{t('import.preview')}</Button>
            <Button look="primary" disabled={addable + (preview.data?.routes ?? 0) === 0 || apply.isPending} onClick={() => void run(apply)}>{t('import.apply', { count: addable })}</Button>
          </>
        )
      }
    >
      {judged && <Results judged={judged} />}
      {!apply.data && (
        <div className={css.form} onDrop={drop} onDragOver={(event) => event.preventDefault()}>
          <TextArea label={t(`import.${kind}`)} help={t(`import.${kind}.help`)} rows={6} value={text} error={errors.text} onText={(value) => { setText(value); preview.reset(); }} />
          <Row>
            <Button icon={FileUp} onClick={() => file.current?.click()}>{t('import.file')}</Button>
            <span className={css.dim} role="status">{name}</span>
            <input ref={file} type="file" hidden aria-label={t('import.file')} accept=".json,.txt,.env,.agt,application/json,text/plain" onChange={(event) => void read(event.target.files?.[0])} />
          </Row>
          <details>
            <summary>{t('import.more')}</summary>
            <div className={css.form} style={{ marginBlockStart: 12 }}>
              <SecretField label={t('import.passphrase')} optional help={t('import.passphrase.help')} value={more.passphrase} onText={(passphrase) => put({ passphrase })} />
              <TextField label={t('oauth.client_id')} optional help={t('oauth.client_id.help')} value={more.client_id} onText={(client_id) => put({ client_id })} />
              <SecretField label={t('oauth.client_secret')} optional value={more.client_secret} onText={(client_secret) => put({ client_secret })} />
            </div>
          </details>
          {['passphrase', 'client_id', 'client_secret', ''].map((name) => errors[name] && <Note key={name} tone="danger" role="alert">{errors[name]}</Note>)}
        </div>
      )}
    </Dialog>
  );
}

function Results({ judged }: { judged: Judged }) {
  const { t } = useTranslation();
  const sums = Object.entries(judged.counts).map(([name, count]) => t(`import.sum.${name}`, { count }));
  if (judged.routes > 0) sums.push(t('import.sum.routes', { count: judged.routes }));
  return (
    <>
      <p role="status"><strong>{sums.join(' · ')}</strong></p>
      <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('import.results')}>
        <table className={layout.table}>
          <thead>
            <tr>
              <th scope="col">#</th>
              <th scope="col">{t('import.result')}</th>
              <th scope="col">{t('import.what')}</th>
              <th scope="col">{t('accounts.col.account')}</th>
              <th scope="col">{t('import.why')}</th>
            </tr>
          </thead>
          <tbody>
            {judged.items.map((one) => (
              <tr key={one.place}>
                <td>{one.place}</td>
                <td><Chip tone={TONES[one.result] ?? 'idle'}>{t(`import.result.${one.result}`, { defaultValue: one.result })}</Chip></td>
                <td>{one.recognised} <span className="mono">{one.hint}</span></td>
                <td><Identity>{one.label || one.subject || one.provider}</Identity></td>
                <td>{one.why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
