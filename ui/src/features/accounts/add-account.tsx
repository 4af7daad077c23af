import { FileInput, LogIn, Ticket } from 'lucide-react';
import { Fragment, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account, Provider } from '../../api/model';
import { useFeatures, useProviders } from '../../api/queries';
import { Button } from '../../shared/ui/button';
import { Dialog } from '../../shared/ui/dialog';
import { TextField } from '../../shared/ui/form';
import { Note, Problem, Skeleton } from '../../shared/ui/layout';
import { Letter } from './account-cards';
import { AccountForm, CheckStep } from './account-form';
import css from './accounts.module.css';
import { ImportAccounts } from './import-accounts';
import { OAuthSignIn } from './oauth-sign-in';

// start: kind (choose), oauth, tokens, import, or the name of a provider.
export function AddAccount({ start, onClose, onOpen }: { start: string; onClose: () => void; onOpen: (account: Account) => void }) {
  const { t } = useTranslation();
  const [step, setStep] = useState(start);
  const [made, setMade] = useState<Account | null>(null);
  const providers = useProviders();
  const provider = providers.data?.find((one) => one.name === step);
  const title = made ? t('add.check.title') : provider ? t('add.title_of', { provider: provider.display_name }) : t(`add.title.${step.split(':')[0]}`, { defaultValue: t('accounts.add') });
  const back = <Button look="quiet" data-start onClick={() => setStep('kind')}>{t('action.back')}</Button>;
  if (made) {
    return (
      <Dialog
        title={title}
        width={620}
        onClose={onClose}
        foot={
          <>
            <Button data-start onClick={() => { setMade(null); setStep('kind'); }}>{t('add.another')}</Button>
            <Button onClick={() => { onClose(); onOpen(made); }}>{t('account.open')}</Button>
            <Button look="primary" onClick={onClose}>{t('action.done')}</Button>
          </>
        }
      >
        <CheckStep account={made} />
      </Dialog>
    );
  }
  if (provider) return <AccountForm title={title} provider={provider} back={back} onClose={onClose} onMade={setMade} />;
  if (step === 'oauth' || step.startsWith('oauth:')) return <OAuthSignIn title={title} account={step.slice(6)} back={back} onClose={onClose} onMade={setMade} />;
  if (step === 'tokens' || step === 'import') return <ImportAccounts key={step} kind={step} title={title} back={back} onClose={onClose} />;
  return (
    <Dialog title={title} width={760} onClose={onClose}>
      {providers.isError && <Problem error={providers.error} retry={() => void providers.refetch()} />}
      {!providers.data && !providers.isError && <Skeleton rows={4} height={52} />}
      {providers.data && <Kinds providers={providers.data} onChoose={setStep} />}
    </Dialog>
  );
}

export function Kinds({ providers, onChoose }: { providers: Provider[]; onChoose: (step: string) => void }) {
  const { t } = useTranslation();
  const features = useFeatures();
  const [words, setWords] = useState('');
  const wanted = words.toLowerCase();
  const groups = useMemo(() => {
    const fits = (one: Provider) => `${one.name} ${one.display_name} ${one.note}`.toLowerCase().includes(wanted) && one.name !== 'demo';
    const those = providers.filter(fits);
    return [
      ['api', those.filter((one) => !one.preset)],
      ['preset', those.filter((one) => one.preset && !one.local)],
      ['local', those.filter((one) => one.preset && one.local)],
    ] as [string, Provider[]][];
  }, [providers, wanted]);
  const others = [
    { id: 'oauth', icon: LogIn, can: features('POST', '/accounts/oauth/start') },
    { id: 'tokens', icon: Ticket, can: features('POST', '/accounts/import/preview') },
    { id: 'import', icon: FileInput, can: features('POST', '/accounts/import/preview') },
  ];
  return (
    <>
      <Note tone="idle">{t('add.terms')}</Note>
      <TextField label={t('add.search')} hideLabel type="search" data-autofocus placeholder={t('add.search')} value={words} onText={setWords} />
      {groups.filter(([, list]) => list.length > 0).map(([id, list]) => (
        <section key={id}>
          <h2 className={css.group}>{t(`add.group.${id}`)}</h2>
          <div className={css.kinds}>
            {list.map((one) => (
              <button key={one.name} type="button" className={css.kind} onClick={() => onChoose(one.name)}>
                <Letter name={one.display_name} />
                <span>
                  <strong>{one.display_name}</strong>
                  <small>{one.base_url ? <Address url={one.base_url} /> : t('add.own_address')}</small>
                </span>
              </button>
            ))}
          </div>
        </section>
      ))}
      {wanted === '' && (
        <section>
          <h2 className={css.group}>{t('add.group.other')}</h2>
          <div className={css.kinds}>
            {others.map(({ id, icon: Icon, can }) => (
              <button key={id} type="button" className={css.kind} onClick={() => onChoose(id)}>
                <span className={css.letter}><Icon size={16} aria-hidden /></span>
                <span>
                  <strong>{t(`add.kind.${id}`)}</strong>
                  <small>{can === false ? t('feature.missing') : t(`add.kind.${id}.text`)}</small>
                </span>
              </button>
            ))}
          </div>
        </section>
      )}
    </>
  );
}

// Broken where an address has its joints, never inside a word.
function Address({ url }: { url: string }) {
  const parts = url.replace(/^https?:\/\//, '').split(/(?<=[./])/);
  return parts.map((part, i) => <Fragment key={i}>{part}<wbr /></Fragment>);
}
