import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'wouter';
import type { Account } from '../../api/model';
import { useFeatures, useRequests } from '../../api/queries';
import { useFormats, useNow } from '../../shared/hooks';
import { Button } from '../../shared/ui/button';
import { Drawer } from '../../shared/ui/drawer';
import { Chip, Empty, Facts, Identity, layout, Note, Problem, Skeleton } from '../../shared/ui/layout';
import { Tabs } from '../../shared/ui/tabs';
import { outcomeOf } from '../trace/classes';
import { OutcomeChip, useCodeWords } from '../trace/story';
import { AccountMenu, useAccountActions } from './account-actions';
import { AccountSettings } from './account-settings';
import { StateChip, useRemaining } from './chip';
import { Quota } from './quota';
import { stateOf } from './state';

const TABS = ['overview', 'requests', 'history', 'settings'];

export function AccountDrawer({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useTranslation();
  const { tab } = useParams<{ tab?: string }>();
  const [, navigate] = useLocation();
  const { test, testing } = useAccountActions(account);
  const shown = tab && TABS.includes(tab) ? tab : 'overview';
  const go = (to: string) => navigate(`/accounts/${encodeURIComponent(account.id)}${to === 'overview' ? '' : `/${to}`}${window.location.search}`, { replace: true });
  return (
    <Drawer
      title={<Identity>{account.label}</Identity>}
      sub={<><StateChip account={account} countdown /><span>{account.provider}</span></>}
      actions={<><Button manages small icon={FlaskConical} disabled={testing} onClick={() => void test()}>{t('account.test')}</Button><AccountMenu account={account} /></>}
      tabs={<Tabs id="account" label={t('account.tabs')} value={shown} onChange={go} tabs={TABS.map((id) => ({ id, label: t(`account.tab.${id}`) }))} />}
      onClose={onClose}
    >
      <div role="tabpanel" id="account-panel" aria-labelledby={`account-tab-${shown}`} style={{ display: 'grid', gap: 16 }}>
        {shown === 'overview' && <Overview account={account} />}
        {shown === 'requests' && <Requests account={account} />}
        {shown === 'history' && <Requests account={account} failures />}
        {shown === 'settings' && <AccountSettings account={account} />}
      </div>
    </Drawer>
  );
}

function Overview({ account }: { account: Account }) {
  const { t } = useTranslation();
  const f = useFormats();
  const now = useNow();
  return (
    <>
      <Story account={account} />
      <section>
        <h3 style={{ marginBlockEnd: 8 }}>{t('accounts.col.quota')}</h3>
        <Quota account={account} all />
        {account.quota_failure && <p>{t('account.quota.not_told', { why: account.quota_failure.message })}</p>}
      </section>
      <Facts
        items={[
          [t('account.address'), account.address ?? t('account.local')],
          [t('account.key'), account.key_hint ? <span className="mono">{account.key_hint}</span> : '–'],
          [t('account.plan'), account.plan],
          [t('account.signed_in_as'), account.oauth && <Identity>{account.oauth.subject || account.oauth.service}</Identity>],
          [t('account.token_until'), account.oauth && (account.oauth.expires_in_ms === null ? t('account.token_unknown') : f.remaining(account.oauth.expires_in_ms))],
          [t('accounts.col.models'), account.models.length === 0 ? t('account.models.all') : account.models.join(', ')],
          [t('account.excluded'), account.excluded_models.join(', ')],
          [t('accounts.col.priority'), `${account.priority} · ${t('account.weight_of', { weight: account.weight })}`],
          [t('account.concurrency'), account.max_concurrency === 0 ? t('account.unlimited') : f.number(account.max_concurrency)],
          [t('account.groups'), account.groups.join(', ')],
          [t('account.tags'), account.tags.join(', ')],
          [t('account.reserve'), account.reserve_percent > 0 && t(account.reserve_strict ? 'account.reserve.never' : 'account.reserve.last', { percent: account.reserve_percent })],
          [t('account.pinned'), account.pinned && t('account.pinned.yes')],
          [t('account.added'), `${f.dateTime(account.created_ms)} (${f.ago(Math.max(0, now - account.created_ms))})`],
          ['ID', <span key="id" className="mono">{account.id}</span>],
        ]}
      />
    </>
  );
}

// What is the matter, since when, on what evidence, and what happens by itself.
function Story({ account }: { account: Account }) {
  const { t, i18n } = useTranslation();
  const f = useFormats();
  const words = useCodeWords();
  const features = useFeatures();
  const state = stateOf(account);
  const left = useRemaining(state.rest?.remaining_ms);
  if (state.word === 'ready') return <Note tone="ok">{t('account.story.ready')}</Note>;
  if (state.word === 'off') return <Note tone="idle">{t('account.story.off')}</Note>;
  if (state.word === 'signin' && account.oauth) {
    return (
      <Note tone="danger">
        <p><strong>{words.title('token_revoked')}</strong></p>
        <p>{account.oauth.refused_why}</p>
        {features('POST', '/accounts/oauth/start') && <p><Link href={`/accounts?add=oauth:${account.id}`}>{t('account.sign_in')}</Link></p>}
      </Note>
    );
  }
  if (!state.rest) return <Note tone="danger">{account.problem ?? state.word}</Note>;
  const remedy = `code.${state.rest.code}.remedy`;
  return (
    <Note tone={state.tone === 'block' ? 'danger' : 'warn'}>
      <p><strong>{words.title(state.rest.code)}</strong>{state.everything ? '' : ` — ${state.rest.model}`}</p>
      {left !== undefined && <p>{t('account.story.again', { time: f.remaining(left) })}</p>}
      <p>{state.rest.message}</p>
      {state.rest.since_ms !== undefined && <p>{t('account.story.since', { time: f.dateTime(state.rest.since_ms) })}</p>}
      {i18n.exists(remedy) && <p>{t(remedy)}</p>}
      {state.rest.set_by && <p><Link href={`/monitor/${state.rest.set_by}`}>{t('account.story.evidence')}</Link></p>}
      {account.rests.length > 1 && <p>{t('account.story.more', { count: account.rests.length - 1 })}</p>}
    </Note>
  );
}

function Requests({ account, failures }: { account: Account; failures?: boolean }) {
  const { t } = useTranslation();
  const f = useFormats();
  const words = useCodeWords();
  const [limit, setLimit] = useState(30);
  const requests = useRequests({ account: account.id, limit, ...(failures && { failures: true }) });
  if (requests.isError) return <Problem error={requests.error} retry={() => void requests.refetch()} />;
  if (!requests.data) return <Skeleton rows={4} />;
  const rows = requests.data.requests;
  if (rows.length === 0) return <Empty title={t(failures ? 'account.no_failures' : 'account.no_requests')} />;
  return (
    <>
      <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t(`account.tab.${failures ? 'history' : 'requests'}`)}>
        <table className={layout.table}>
          <thead>
            <tr>
              <th scope="col">{t('monitor.col.time')}</th>
              <th scope="col">{t('monitor.col.outcome')}</th>
              <th scope="col">{t(failures ? 'account.cause' : 'monitor.col.model')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td className="num"><Link href={`/monitor/${row.id}`} title={f.dateTime(row.started_ms)}>{f.time(row.started_ms)}</Link></td>
                <td><OutcomeChip outcome={outcomeOf(row)} /></td>
                <td>{failures ? words.title(row.code) : row.upstream_model || row.model}{row.status >= 400 && <> <Chip tone="idle">{row.status}</Chip></>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {requests.data.next_before !== undefined && limit < 480 && <Button onClick={() => setLimit(limit * 2)}>{t('action.more')}</Button>}
    </>
  );
}
