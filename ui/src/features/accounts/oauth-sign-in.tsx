// Signing in at a provider with the system's browser and the user's own OAuth client: the link, the wait, and the way
// back by hand when the browser is on another machine.
import { ExternalLink } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import type { Account } from '../../api/model';
import { useChange, useFeatures, useProviders } from '../../api/queries';
import { useFieldErrors } from '../../shared/field-errors';
import buttons from '../../shared/ui/button.module.css';
import { Button, CopyButton } from '../../shared/ui/button';
import { Dialog, FormDialog } from '../../shared/ui/dialog';
import { SecretField, Segments, Select, TextArea, TextField } from '../../shared/ui/form';
import { Note, Row } from '../../shared/ui/layout';
import css from './accounts.module.css';
import { type OAuthStart, useOAuthStanding } from './oauth-standing';

interface SignInProps {
  title: string;
  account: string; // signs in again; empty: a new one
  back: ReactNode;
  onClose: () => void;
  onMade: (account: Account) => void;
}

const FIELDS = ['client_id', 'client_secret', 'label', 'auth_url', 'token_url', 'userinfo_url', 'scopes', 'provider', 'base_url'] as const;
type Draft = Record<(typeof FIELDS)[number] | 'service', string>;
const empty: Draft = { service: 'google', client_id: '', client_secret: '', label: '', auth_url: '', token_url: '', userinfo_url: '', scopes: '', provider: '', base_url: '' };

export function OAuthSignIn({ title, account, back, onClose, onMade }: SignInProps) {
  const { t } = useTranslation();
  const features = useFeatures();
  const [draft, setDraft] = useState(empty);
  const [started, setStarted] = useState<OAuthStart | null>(null);
  const { errors, take, clear } = useFieldErrors([...FIELDS]);
  const start = useChange((body: object) => post<OAuthStart>('/accounts/oauth/start', body));
  const submit = async () => {
    clear();
    const given = Object.fromEntries(Object.entries(draft).filter(([name, value]) => value.trim() !== '' && (draft.service === 'custom' || !/_url$|scopes|provider/.test(name))));
    try {
      setStarted(await start.mutateAsync(account ? { account } : given));
    } catch (error) {
      take(error);
    }
  };
  if (features('POST', '/accounts/oauth/start') === false) {
    return <Dialog title={title} width={620} onClose={onClose} foot={back}><Note tone="info">{t('feature.missing')}</Note></Dialog>;
  }
  if (started) return <Waiting title={title} started={started} onClose={onClose} onMade={onMade} onAgain={() => setStarted(null)} />;
  return (
    <FormDialog title={title} width={620} onClose={onClose} onSubmit={() => void submit()} action={t('oauth.begin')} pending={start.isPending} back={back}>
      <Note tone="idle">{t('oauth.text')}</Note>
      {account ? <p>{t('oauth.again')}</p> : <ClientFields draft={draft} errors={errors} put={(part) => setDraft((now) => ({ ...now, ...part }))} />}
      {errors[''] && <Note tone="danger" role="alert">{errors['']}</Note>}
    </FormDialog>
  );
}

function ClientFields({ draft, errors, put }: { draft: Draft; errors: Record<string, string>; put: (part: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  const providers = useProviders().data ?? [];
  return (
    <div className={css.form}>
      <Segments label={t('oauth.service')} value={draft.service} onChange={(service) => put({ service })} options={['google', 'custom'].map((value) => ({ value, label: t(`oauth.service.${value}`) }))} />
      <TextField label={t('oauth.client_id')} code optional={draft.service === 'google'} help={draft.service === 'google' ? t('oauth.client_id.help') : undefined} value={draft.client_id} error={errors.client_id} onText={(client_id) => put({ client_id })} />
      <SecretField label={t('oauth.client_secret')} optional value={draft.client_secret} error={errors.client_secret} onText={(client_secret) => put({ client_secret })} />
      <TextField label={t('account.label')} optional help={t('account.label.help')} value={draft.label} error={errors.label} onText={(label) => put({ label })} />
      {draft.service === 'custom' && (
        <>
          <Select label={t('accounts.col.provider')} value={draft.provider} error={errors.provider} onText={(provider) => put({ provider })} options={[{ value: '', label: '–' }, ...providers.filter((one) => one.name !== 'demo').map((one) => ({ value: one.name, label: one.display_name }))]} />
          <TextField label={t('account.base_url')} code optional value={draft.base_url} error={errors.base_url} onText={(base_url) => put({ base_url })} />
          {(['auth_url', 'token_url', 'userinfo_url', 'scopes'] as const).map((name) => (
            <TextField key={name} label={t(`oauth.${name}`)} code optional={name === 'userinfo_url' || name === 'scopes'} value={draft[name]} error={errors[name]} onText={(text) => put({ [name]: text })} />
          ))}
        </>
      )}
    </div>
  );
}

function Waiting({ title, started, onClose, onMade, onAgain }: { title: string; started: OAuthStart; onClose: () => void; onMade: (account: Account) => void; onAgain: () => void }) {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState('');
  const { errors, take, clear } = useFieldErrors(['answer']);
  const finish = useChange((body: object) => post<{ account: Account }>('/accounts/oauth/finish', body));
  const { left, problem, close } = useOAuthStanding(started, onMade);
  const submit = async () => {
    clear();
    try {
      onMade((await finish.mutateAsync({ login_id: started.login_id, answer: answer.trim() })).account);
    } catch (error) {
      take(error);
    }
  };
  return (
    <Dialog
      title={title}
      width={620}
      onClose={() => { close(); onClose(); }}
      onSubmit={() => void submit()}
      foot={
        <>
          <Button data-start look="quiet" onClick={() => { close(); onAgain(); }}>{t('action.back')}</Button>
          <Button type="submit" disabled={!answer.trim() || finish.isPending}>{t('oauth.finish')}</Button>
        </>
      }
    >
      <ol style={{ display: 'grid', gap: 12 }}>
        <li>
          <Row>
            <a className={`${buttons.button} ${buttons.primary}`} href={started.url} target="_blank" rel="noreferrer"><ExternalLink size={16} aria-hidden /> {t('oauth.open')}</a>
            <CopyButton text={started.url}>{t('oauth.copy')}</CopyButton>
          </Row>
        </li>
        <li role="status">{problem ? <Note tone="danger" role="alert">{problem}</Note> : <p>{t(started.listening ? 'oauth.waiting' : 'oauth.not_listening', { time: left })}</p>}</li>
        <li>
          <TextArea label={t('oauth.paste')} help={t('oauth.paste.help')} rows={3} value={answer} error={errors.answer} onText={setAnswer} />
        </li>
      </ol>
      {errors[''] && <Note tone="danger" role="alert">{errors['']}</Note>}
    </Dialog>
  );
}
