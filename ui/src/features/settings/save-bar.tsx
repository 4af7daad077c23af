import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../shared/shortcuts';
import { Button } from '../../shared/ui/button';
import { Dialog } from '../../shared/ui/dialog';
import { Note } from '../../shared/ui/layout';
import type { Draft } from './draft';
import { useSettingWords } from './field';
import css from './settings.module.css';

export function SaveBar({ draft, save }: { draft: Draft; save?: () => Promise<boolean> }) {
  const { t } = useTranslation();
  const words = useSettingWords();
  const [review, setReview] = useState(false);
  const count = draft.changed.length;
  const run = async () => {
    if (await (save ?? draft.save)()) setReview(false);
  };
  useShortcuts({ save: () => void run() }, count > 0);
  // Leaving with unsaved changes is asked about.
  useEffect(() => {
    if (count === 0) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [count]);
  if (count === 0 && !draft.errors['']) return null;
  // A secret is never said back.
  const isSecret = (name: string) => draft.settings.get(name)?.kind === 'secret';
  const show = (value: unknown) => (value === '' ? t('settings.empty_value') : String(value));
  return (
    <>
      {draft.errors[''] && <Note tone="danger" role="alert">{draft.errors['']}</Note>}
      {draft.conflict.length > 0 && (
        <Note tone="warn" role="alert">
          <strong>{t('settings.conflict')}</strong>{' '}
          {draft.conflict.map(({ name, theirs }) => t('settings.conflict_row', { name: words.title(name), theirs: show(theirs), yours: show(draft.value(name)) })).join(' ')}
        </Note>
      )}
      {count > 0 && (
        <div className={css.save} role="region" aria-label={t('settings.unsaved_region')}>
          <p role="status">{t('settings.unsaved', { count })}{draft.needsRestart ? ` ${t('settings.restart_after')}` : ''}</p>
          <Button look="quiet" onClick={() => setReview(true)}>{t('settings.review')}</Button>
          <Button onClick={draft.discard}>{t('action.discard')}</Button>
          <Button manages look="primary" disabled={draft.saving} onClick={() => void run()}>{t('action.save')}</Button>
        </div>
      )}
      {review && (
        <Dialog title={t('settings.review')} onClose={() => setReview(false)} foot={<Button manages look="primary" onClick={() => void run()}>{t('action.save')}</Button>}>
          <dl className={css.diff}>
            {draft.changed.map(({ name, from, to }) => (
              <Line key={name} name={words.title(name)} from={isSecret(name) ? '…' : show(from)} to={isSecret(name) ? '…' : show(to)} />
            ))}
          </dl>
        </Dialog>
      )}
    </>
  );
}

function Line({ name, from, to }: { name: string; from: string; to: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd><del>{from}</del> → <ins>{to}</ins></dd>
    </>
  );
}
