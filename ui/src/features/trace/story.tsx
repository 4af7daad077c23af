// "Why did this happen?": who was considered, passed over, tried, what came back, and what to do now. The same view
// tells a past request, a dry run, and a newcomer's first answer.
import type { TFunction } from 'i18next';
import { ArrowRight, Check, CornerDownRight, Flag, MinusCircle, Route, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attempt, Skip, Trace, WireError } from '../../api/model';
import { useFormats } from '../../shared/hooks';
import { Chip, Identity, type Tone } from '../../shared/ui/layout';
import { CLASSES, CODES, type Outcome, OUTCOMES } from './classes';
import { Remedies } from './remedies';
import css from './trace.module.css';

export function traceOutcome(trace: Trace): Outcome {
  if (trace.error) return CODES.get(trace.error.code) ?? 'gateway_error';
  const reached = (trace.attempts ?? []).filter((one) => one.account_id !== '').length;
  return reached > 1 ? 'recovered' : 'answered';
}

export function useCodeWords() {
  const { t, i18n } = useTranslation();
  return {
    title: (code: string) => (i18n.exists(`code.${code}`) ? t(`code.${code}`) : code),
    remedy: (error: WireError) => (i18n.exists(`code.${error.code}.remedy`) ? t(`code.${error.code}.remedy`) : (error.remedy ?? '')),
  };
}

export function OutcomeChip({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation();
  const look = OUTCOMES[outcome];
  return <Chip tone={look.tone} icon={look.icon}>{t(`outcome.${outcome}`)}</Chip>;
}

// One sentence in the chosen language, from what the gateway decided.
export function useSentence() {
  const { t } = useTranslation();
  const f = useFormats();
  const words = useCodeWords();
  return (trace: Trace): string => {
    const tries = (trace.attempts ?? []).filter((one) => one.account_id !== '');
    const last = tries.at(-1);
    if (!trace.error) {
      if (!last) return t('trace.by_gateway', { time: f.duration(trace.total_ms ?? 0) });
      const place = `${last.provider}/${last.model}`;
      if (tries.length > 1) return t('trace.recovered', { count: tries.length, account: last.account, failed: f.list(tries.slice(0, -1).map((one) => `${one.account}: ${words.title(one.error?.code ?? '')}`)) });
      return t('trace.served', { account: last.account, place, time: f.duration(trace.total_ms ?? last.ended_ms) });
    }
    const failed = tries.filter((one) => one.error);
    const back = trace.error.retry_after_ms ? ` ${t('trace.back_in', { time: f.remaining(trace.error.retry_after_ms) })}` : '';
    if (failed.length === 0) return `${words.title(trace.error.code)}.${back}`;
    return t('trace.failed', { count: failed.length, what: f.list([...new Set(failed.map((one) => words.title(one.error?.code ?? '')))]) }) + back;
  };
}

interface StoryProps {
  trace: Trace;
  dry?: boolean;
  actions?: boolean;
}
export function TraceStory({ trace, dry, actions = true }: StoryProps) {
  const { t } = useTranslation();
  const f = useFormats();
  const sentence = useSentence()(trace);
  const words = useCodeWords();
  const outcome = traceOutcome(trace);
  return (
    <div>
      <div className={css.head} data-tone={OUTCOMES[outcome].tone}>
        <div className={css.line}>
          <OutcomeChip outcome={outcome} />
          <span className="mono">{trace.method} {trace.path}</span>
          {trace.model && <span>{trace.model}</span>}
          {!dry && trace.status > 0 && <span>{t('trace.returned', { status: trace.status, time: f.duration(trace.total_ms ?? 0) })}</span>}
          {dry && <Chip tone="info">{t('trace.dry')}</Chip>}
        </div>
        <p className={css.sentence}>{sentence}</p>
        {trace.error && <p className={css.remedy}>{words.remedy(trace.error)}</p>}
        {trace.error && <p className={css.dim}>{trace.error.message}</p>}
        {trace.error && actions && <Remedies trace={trace} />}
      </div>
      <ol className={css.steps} aria-label={t('trace.steps')}>
        {trace.correction && <Step icon={CornerDownRight} tone="warn" what={t('trace.corrected')} dim={trace.correction} />}
        {trace.rule !== undefined && <Step icon={Route} tone="idle" what={<><b>{t('trace.route')}</b> {ruleWords(trace.rule, t)}</>} dim={(trace.targets ?? []).join('  →  ')} />}
        {(trace.attempts ?? []).map((one, i, all) => <AttemptSteps key={i} attempt={one} following={all[i + 1]} number={i + 1} />)}
        <End trace={trace} dry={dry === true} />
      </ol>
    </div>
  );
}

// Why these targets: a rule is named by its pattern, since its number changes.
function ruleWords(why: string, t: TFunction): string {
  const rule = /^rule \d+: (.*)$/s.exec(why)?.[1];
  return rule === undefined ? t(`why.${why}`, { defaultValue: why }) : t('trace.by_rule', { match: rule });
}

function Step({ icon: Icon, tone, what, dim, took, children }: { icon: typeof Check; tone: Tone; what: ReactNode; dim?: ReactNode; took?: string | undefined; children?: ReactNode }) {
  return (
    <li className={css.step} data-tone={tone}>
      <span className={css.dot}><Icon size={14} strokeWidth={2.25} aria-hidden /></span>
      <div className={css.what}>
        <div>
          <span>{what}</span>
          {took && <span className={css.took}>{took}</span>}
        </div>
        {dim && <div className={css.dim}>{dim}</div>}
        {children}
      </div>
    </li>
  );
}

function SkipStep({ skip }: { skip: Skip }) {
  const { t } = useTranslation();
  const f = useFormats();
  const words = useCodeWords();
  const parts = [
    skip.code && words.title(skip.code),
    skip.remaining_ms !== undefined && t('trace.left', { time: f.remaining(skip.remaining_ms) }),
    skip.set_by && t('trace.set_by', { id: skip.set_by }),
  ].filter(Boolean);
  return <Step icon={MinusCircle} tone="idle" what={<><b><Identity>{skip.account}</Identity></b> {t('trace.skipped')} {t(`skip.${skip.reason}`, { defaultValue: skip.reason })}</>} dim={parts.join(' · ')} />;
}

function AttemptSteps({ attempt, following, number }: { attempt: Attempt; following: Attempt | undefined; number: number }) {
  const { t } = useTranslation();
  const f = useFormats();
  const words = useCodeWords();
  const place = `${attempt.provider}/${attempt.model}`;
  const skips = (attempt.skipped ?? []).map((skip) => <SkipStep key={skip.account_id + skip.reason} skip={skip} />);
  if (attempt.skipped_more) skips.push(<Step key="more" icon={MinusCircle} tone="idle" what={t('trace.more_skipped', { count: attempt.skipped_more })} />);
  if (attempt.account_id === '') {
    return (
      <>
        {skips}
        <Step icon={X} tone="warn" what={t('trace.nobody', { place })} dim={attempt.error?.message} />
      </>
    );
  }
  const error = attempt.error;
  const look = error ? CLASSES[CODES.get(error.code) ?? 'gateway_error'] : OUTCOMES.answered;
  const dims = [place, t(`lane.${attempt.lane}`, { defaultValue: attempt.lane }), attempt.waited_ms ? t('trace.waited', { time: f.duration(attempt.waited_ms) }) : ''].filter(Boolean);
  return (
    <>
      {skips}
      <Step icon={look.icon} tone={look.tone} took={f.duration(attempt.ended_ms - attempt.begun_ms)} what={<><b>{number}. <Identity>{attempt.account}</Identity></b> {error ? `${attempt.status || t('trace.no_answer')} · ${words.title(error.code)}` : t('trace.answered', { status: attempt.status || 200 })}</>} dim={dims.join(' · ')}>
        {error && <div className={css.dim}>{error.message}</div>}
        {error && <Consequence attempt={attempt} following={following} />}
      </Step>
    </>
  );
}

// "Another account" is what was decided; who is the only one left is asked again, or nobody is found.
function nextOf(attempt: Attempt, following: Attempt | undefined): string | undefined {
  if (attempt.next !== 'next_account' || !following) return attempt.next;
  if (following.account_id === '') return 'looked';
  return following.account_id === attempt.account_id ? 'same_account' : attempt.next;
}

function Consequence({ attempt, following }: { attempt: Attempt; following: Attempt | undefined }) {
  const { t } = useTranslation();
  const f = useFormats();
  const next = nextOf(attempt, following);
  const parts = [
    attempt.rest_ms !== undefined && t('trace.rests', { time: f.remaining(attempt.rest_ms), scope: t(`scope.${attempt.scope}`, { defaultValue: attempt.scope ?? '' }) }),
    attempt.rests_until && t('trace.rests_until', { scope: t(`scope.${attempt.scope}`, { defaultValue: attempt.scope ?? '' }) }),
    next && t(`next.${next}`, { defaultValue: next }),
  ].filter(Boolean);
  if (parts.length === 0) return null;
  return <div className={css.then}><ArrowRight size={12} aria-hidden style={{ verticalAlign: '-1px' }} /> {parts.join(' · ')}</div>;
}

function End({ trace, dry }: { trace: Trace; dry: boolean }) {
  const { t } = useTranslation();
  const losses = (trace.losses ?? []).filter((loss) => loss.weight !== 'harmless');
  const outcome = OUTCOMES[traceOutcome(trace)];
  if (dry) return <Step icon={Flag} tone="info" what={t('trace.nothing_sent')} />;
  return (
    <Step icon={Flag} tone={outcome.tone} what={<><b>{t('trace.to_client')}</b> {trace.status || t('trace.client_gone')}</>} dim={trace.stop_reason ? t('trace.stop', { reason: trace.stop_reason }) : undefined}>
      {losses.length > 0 && (
        <ul className={css.dim}>
          {losses.map((loss) => <li key={loss.path + loss.why}>{t(`loss.${loss.weight}`)}: <span className="mono">{loss.path}</span> — {loss.why}</li>)}
        </ul>
      )}
    </Step>
  );
}
