import { Check } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'wouter';
import { useAccounts, useRequests, useStatus } from '../../api/queries';
import { LanguageMenu, ThemeButton } from '../../app/looks';
import { useLiveEvents, useTitle } from '../../shared/hooks';
import { setPreference } from '../../shared/preferences';
import buttons from '../../shared/ui/button.module.css';
import { AccountStep } from './account-step';
import { AnswerStep } from './answer-step';
import { ClientStep, GatewayStep, HealthStep } from './simple-steps';
import css from './onboarding.module.css';
import { doneSteps, nextStep, type StepId, STEPS } from './steps';

export default function Onboarding() {
  const { t } = useTranslation();
  const { step } = useParams<{ step?: string }>();
  const [, navigate] = useLocation();
  const status = useStatus();
  const accounts = useAccounts();
  const requests = useRequests({ limit: 20 });
  useLiveEvents((event) => {
    if (event.type === 'request.finished' || event.type === 'tick' || event.type === 'resync') void requests.refetch();
  });
  const rows = requests.data?.requests ?? [];
  const done = doneSteps({ status: status.data, accounts: accounts.data ?? [], requests: rows });
  const loaded = status.data !== undefined && accounts.data !== undefined && requests.data !== undefined;
  const chosen = STEPS.find((one) => one === step);
  const first = useRef<StepId | null>(null);
  if (loaded) first.current ??= nextStep(done);
  const current = chosen ?? first.current ?? 'gateway';
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(t(`welcome.${current}.title`));
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    setPreference('onboarding', 'seen');
  }, [current]);
  const go = (to: StepId) => navigate(`/welcome/${to}`);
  const after = STEPS[STEPS.indexOf(current) + 1];
  return (
    <div className={css.page}>
      <aside className={css.side}>
        <div className={css.brand}>
          <img src="/favicon.svg" alt="" />
          {t('app.name')}
        </div>
        <nav aria-label={t('welcome.steps')}>
          <ol className={css.steps}>
            {STEPS.map((one, i) => (
              <li key={one}>
                <Link href={`/welcome/${one}`} aria-current={one === current ? 'step' : undefined}>
                  <span className={css.mark} data-done={done.has(one) || undefined}>{done.has(one) ? <Check size={13} strokeWidth={3} aria-label={t('welcome.done')} /> : i + 1}</span>
                  {t(`welcome.${one}.step`)}
                </Link>
              </li>
            ))}
          </ol>
        </nav>
        <div className={css.foot}>
          <span>
            <LanguageMenu />
            <ThemeButton />
          </span>
          <Link href="/">{t('welcome.skip')}</Link>
        </div>
      </aside>
      <main className={css.main}>
        <header>
          <h1 ref={heading} tabIndex={-1}>{t(`welcome.${current}.title`)}</h1>
          <p className={css.lead}>{t(`welcome.${current}.text`)}</p>
        </header>
        {current === 'gateway' && <GatewayStep />}
        {current === 'account' && <AccountStep onNext={() => go('health')} />}
        {current === 'health' && <HealthStep />}
        {current === 'client' && <ClientStep rows={rows} />}
        {current === 'answer' && <AnswerStep rows={rows} />}
        <div className={css.nav}>
          {after && <Link href={`/welcome/${after}`} className={`${buttons.button} ${done.has(current) ? buttons.primary : ''}`}>{t(done.has(current) ? 'welcome.next' : 'welcome.later')}</Link>}
          {!after && <Link href="/" className={`${buttons.button} ${done.has('answer') ? buttons.primary : ''}`}>{t('welcome.finish')}</Link>}
        </div>
      </main>
    </div>
  );
}
