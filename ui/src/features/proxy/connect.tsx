// "Connect a client": base URL, key and snippet from the gateway's own table. What differs in the URL is underlined and
// explained, because a wrong /v1 is the most common mistake.
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClientGuide } from '../../api/model';
import { keyApi, useAccounts, useClients, useModels, useStatus } from '../../api/queries';
import { useUrlState } from '../../shared/hooks';
import { CopyButton } from '../../shared/ui/button';
import { Code } from '../../shared/ui/code';
import { Select } from '../../shared/ui/form';
import { Facts, Note, Problem, Skeleton } from '../../shared/ui/layout';
import { ClientSetup } from './client-setup';
import css from './proxy.module.css';

const PLACEHOLDER = 'YOUR-KEY';

export function ConnectPanel({ compact }: { compact?: boolean }) {
  const { t } = useTranslation();
  const clients = useClients();
  const [chosen, setChosen] = useUrlState('client', 'claude-code');
  const all = clients.data;
  const client = all?.find((one) => one.name === chosen) ?? all?.[0];
  if (clients.isError) return <Problem error={clients.error} retry={() => void clients.refetch()} />;
  if (!all || !client) return <Skeleton rows={4} />;
  const shown = compact ? all.filter((one) => ['claude-code', 'codex', 'gemini-cli', 'curl', client.name].includes(one.name)) : all;
  const pressed = (event: KeyboardEvent) => {
    const at = shown.findIndex((one) => one.name === client.name);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    const next = to === undefined ? undefined : shown[(to + shown.length) % shown.length];
    if (!next) return;
    event.preventDefault();
    setChosen(next.name);
    document.getElementById(`client-tab-${next.name}`)?.focus();
  };
  return (
    <div className={css.connect}>
      <div className={css.clients}>
        <div role="tablist" aria-orientation="vertical" aria-label={t('connect.clients')} className={css.clientList} onKeyDown={pressed}>
          {shown.map((one) => (
            <button key={one.name} id={`client-tab-${one.name}`} type="button" role="tab" aria-selected={one.name === client.name} aria-controls="client-panel" tabIndex={one.name === client.name ? 0 : -1} onClick={() => setChosen(one.name)}>
              {one.display_name}
            </button>
          ))}
        </div>
        <div role="tabpanel" id="client-panel" aria-labelledby={`client-tab-${client.name}`} className={css.guide}>
          <Guide client={client} compact={compact === true} />
        </div>
      </div>
    </div>
  );
}

function useModelChoices(): string[] {
  const accounts = useAccounts().data ?? [];
  const models = useModels().data ?? [];
  const families = new Set(accounts.filter((one) => one.enabled).map((one) => one.provider));
  const named = accounts.flatMap((one) => one.models.filter((model) => !model.includes('*')));
  const known = models.filter((one) => one.listed && families.has(one.provider) && !one.match.includes('*')).map((one) => one.match);
  return [...new Set([...named, ...known, 'demo'])];
}

function Guide({ client, compact }: { client: ClientGuide; compact: boolean }) {
  const { t, i18n } = useTranslation();
  const status = useStatus().data;
  const models = useModelChoices();
  const [picked, setPicked] = useState('');
  const model = picked || models[0] || 'demo';
  const demanded = status?.proxy.keys_demanded ?? false;
  const host = status?.proxy.address ?? '';
  const text = client.snippet.replaceAll(/\bdemo\b/g, model);
  // The whole snippet with the key in it is made only when it is copied.
  const full = async () => (text.includes(PLACEHOLDER) ? text.replaceAll(PLACEHOLDER, (await keyApi.reveal()).value) : text);
  const suffix = client.base_url.startsWith(host) ? client.base_url.slice(host.length) : '';
  const says = (part: 'why' | 'wrong') => (i18n.exists(`client.${client.name}.${part}`) ? t(`client.${client.name}.${part}`) : client[part]);
  return (
    <>
      <div className={css.base}>
        <span>{t('connect.base_url')}</span>
        <code>{client.base_url.slice(0, client.base_url.length - suffix.length)}{suffix && <mark>{suffix}</mark>}</code>
        <CopyButton small text={client.base_url} label={t('copy.url', { url: client.base_url })} />
        <span style={{ color: 'var(--text-2)', fontSize: 'var(--size-13)' }}>{says('why')}</span>
      </div>
      {!compact && <div className={css.narrow}><Select label={t('connect.model')} value={model} onText={setPicked} options={models.map((one) => ({ value: one, label: one }))} /></div>}
      <Code wrap text={text} copy={full} language={client.language} mark={client.base_url} label={t('connect.snippet', { client: client.display_name })} />
      {!compact && <ClientSetup key={client.name} client={client} model={model} />}
      <Note tone={demanded ? 'info' : 'idle'}>{t(demanded ? 'connect.key_inserted' : 'connect.any_key')}</Note>
      {!compact && (
        <Facts
          items={[
            [t('connect.set'), <span key="s" className="mono">{client.base_url_key}</span>],
            [t('connect.key_in'), <span key="k" className="mono">{client.key_key}</span>],
            [t('connect.file'), client.file && <span key="f" className="mono">{client.file}</span>],
            [t('connect.wrong'), says('wrong')],
            [t('connect.tested'), client.tested],
          ]}
        />
      )}
    </>
  );
}
