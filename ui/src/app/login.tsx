import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, call, post } from '../api/client';
import { setToken } from '../api/session';
import { useTitle } from '../shared/hooks';
import { Button } from '../shared/ui/button';
import { SecretField } from '../shared/ui/form';
import { LanguageMenu, ThemeButton } from './looks';
import css from './login.module.css';

// Takes a whole login link, its code, or the token of admin.json.
export function codeIn(text: string): string | null {
  return /[#&](?:login|code)=([^&\s]+)/.exec(text)?.[1] ?? null;
}

export function Login() {
  const { t } = useTranslation();
  useTitle(t('login.title'));
  const [text, setText] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const given = text.trim();
    if (!given) return setProblem(t('login.empty'));
    setBusy(true);
    setProblem('');
    try {
      const code = codeIn(given);
      const found = code ? (await post<{ token: string }>('/login', { code })).token : given;
      await call('GET', '/status', { headers: { authorization: `Bearer ${found}` } });
      setToken(found);
    } catch (error) {
      const offline = error instanceof ApiError && error.status === 0;
      setProblem(offline ? t('error.offline') : t('login.refused'));
    }
    setBusy(false);
  };
  return (
    <main className={css.page}>
      <form className={css.box} onSubmit={submit} noValidate>
        <div className={css.brand}>
          <img src="/favicon.svg" alt="" />
          <h1>{t('app.name')}</h1>
        </div>
        <p>{t('login.text')}</p>
        <p><code>agt open</code></p>
        <SecretField label={t('login.label')} help={t('login.help')} value={text} error={problem || undefined} onText={setText} />
        <div className={css.foot}>
          <span>
            <LanguageMenu />
            <ThemeButton />
          </span>
          <Button type="submit" look="primary" disabled={busy}>{t('login.action')}</Button>
        </div>
      </form>
    </main>
  );
}
