// What to do about a failure, as buttons. The class and code decide; nothing is guessed from text.
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Trace } from '../../api/model';
import buttons from '../../shared/ui/button.module.css';
import { CopyButton } from '../../shared/ui/button';
import { Row } from '../../shared/ui/layout';
import { CODES } from './classes';

interface Remedy {
  label: string;
  href: string;
}

// The last account that an upstream refused: the one that an account problem is about.
function culprit(trace: Trace): string {
  return (trace.attempts ?? []).findLast((one) => one.account_id !== '' && one.error)?.account_id ?? '';
}

export function remediesFor(trace: Trace): Remedy[] {
  const error = trace.error;
  if (!error) return [];
  const account = culprit(trace);
  const model = encodeURIComponent(trace.model);
  const route = { label: 'remedy.route', href: `/proxy/routing?model=${model}&dialect=${trace.dialect}` };
  const open = { label: 'remedy.account', href: `/accounts/${account}` };
  const add = { label: 'remedy.add_account', href: '/accounts?add=kind' };
  switch (CODES.get(error.code)) {
    case 'account_invalid': return [account ? open : { label: 'remedy.accounts', href: '/accounts' }, add];
    case 'rate_limited': return [{ label: 'remedy.scheduling', href: '/proxy/limits' }, add];
    case 'quota_exhausted': return [route, add];
    case 'upstream_capacity': return [route];
    case 'network': return [account ? open : add, { label: 'remedy.network', href: '/settings/network' }];
    case 'client_error':
      if (error.code.startsWith('path_') || error.code === 'method') return [{ label: 'remedy.snippet', href: '/proxy/clients' }];
      if (error.code.startsWith('key_')) return [{ label: 'remedy.keys', href: '/proxy/keys' }];
      if (error.code === 'no_account') return [add, { label: 'remedy.accounts', href: '/accounts' }];
      if (error.code.startsWith('model_')) return [add, route];
      return [];
    default: return [];
  }
}

export function Remedies({ trace }: { trace: Trace }) {
  const { t } = useTranslation();
  return (
    <Row>
      {remediesFor(trace).map((one, i) => (
        <Link key={one.href} href={one.href} className={`${buttons.button} ${buttons.small} ${i === 0 ? buttons.primary : ''}`}>{t(one.label)}</Link>
      ))}
      <CopyButton small text={() => Promise.resolve(report(trace))}>{t('trace.report')}</CopyButton>
    </Row>
  );
}

// For a bug report: the trace as it is (it holds no secret), without what names a person.
export function report(trace: Trace): string {
  const names = new Map<string, string>();
  const alias = (name: string) => {
    if (!names.has(name)) names.set(name, `account-${names.size + 1}`);
    return names.get(name) ?? '';
  };
  return JSON.stringify(trace, (key, value: unknown) => ((key === 'account' || key === 'account_id') && typeof value === 'string' && value ? alias(value) : key === 'client_key' ? undefined : value), 2);
}
