import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { get } from '../../api/client';
import { useFeatures, useStatus } from '../../api/queries';
import { Button, CopyButton } from '../../shared/ui/button';
import { Dialog } from '../../shared/ui/dialog';
import { Radios } from '../../shared/ui/form';
import { Card, Note, Problem, Skeleton } from '../../shared/ui/layout';
import { type Draft, useDraft } from '../settings/draft';
import { SettingControl, SettingRow } from '../settings/field';
import { SaveBar } from '../settings/save-bar';
import css from './proxy.module.css';
import { QrCode } from './qr-code';

const mine = (name: string) => /^proxy\.(host|port|allow_lan_access|auth_mode|allowed_hosts|allowed_origins|allowed_networks|strict_paths)$/.test(name);
const MODES = ['off', 'auto', 'strict', 'all_except_health'];

export function Access() {
  const { t } = useTranslation();
  const draft = useDraft(mine);
  const [guard, setGuard] = useState(false);
  const status = useStatus().data;
  const own = useOwnAddresses();
  if (draft.loading) return <Skeleton rows={4} height={64} />;
  if (draft.error !== null) return <Problem error={draft.error} />;
  const lan = draft.value('proxy.allow_lan_access') === true;
  const mode = String(draft.value('proxy.auth_mode'));
  const reach = (value: string) => {
    if (value === 'lan' && !lan) setGuard(true);
    if (value === 'local') draft.put('proxy.allow_lan_access', false);
  };
  const readOnly = (name: string) => draft.settings.get(name)?.read_only === true;
  const setMode = (value: string) => {
    draft.put('proxy.auth_mode', value);
    if (value === 'off' && lan) draft.put('proxy.allow_lan_access', false);
  };
  const port = draft.settings.get('proxy.port');
  return (
    <>
      <Card title={t('access.reach')}>
        {port && <div className={css.narrow}><SettingControl draft={draft} setting={port} label /></div>}
        <Radios
          legend={t('access.who')}
          name="reach"
          value={lan ? 'lan' : 'local'}
          disabled={readOnly('proxy.allow_lan_access')}
          onChange={reach}
          error={draft.errors['proxy.allow_lan_access']}
          choices={[
            { value: 'local', label: t('access.local'), text: t('access.local.text') },
            { value: 'lan', label: t('access.lan'), text: t('access.lan.text') },
          ]}
        />
        <Radios
          legend={t('access.mode')}
          name="mode"
          value={mode}
          disabled={readOnly('proxy.auth_mode')}
          onChange={setMode}
          error={draft.errors['proxy.auth_mode']}
          choices={MODES.map((one) => ({ value: one, label: t(`setting.proxy.auth_mode.${one}`), text: t(`access.mode.${one}`) }))}
        />
        {status?.proxy.open_to_lan && own[0] && (
          <div className={css.share}>
            <QrCode text={urlOf(own[0], proxyPort(status.proxy.address))} label={t('lan.qr')} />
            <div>
              <p>{t('lan.shared')}</p>
              <ul>{own.map((one) => <li key={one.address}><code>{urlOf(one, proxyPort(status.proxy.address))}</code> <CopyButton small text={urlOf(one, proxyPort(status.proxy.address))} /></li>)}</ul>
              <p className={css.dim}>{t('lan.qr.text')}</p>
            </div>
          </div>
        )}
        {lan && mode === 'off' && <Note tone="danger" role="alert">{t('access.impossible')}</Note>}
        {mode === 'off' && draft.changed.some((one) => one.name === 'proxy.allow_lan_access' && one.to === false) && <Note tone="warn">{t('access.stops_sharing')}</Note>}
      </Card>
      <Card title={t('access.pages')} flush>
        {['proxy.allowed_hosts', 'proxy.allowed_origins', 'proxy.allowed_networks', 'proxy.strict_paths'].map((name) => <SettingRow key={name} draft={draft} name={name} />)}
      </Card>
      <SaveBar draft={draft} />
      {guard && <LanGuard draft={draft} onClose={() => setGuard(false)} />}
    </>
  );
}

interface Own {
  interface: string;
  address: string;
  ipv6: boolean;
  loopback: boolean;
}
const urlOf = (own: Own, port: string) => `http://${own.ipv6 ? `[${own.address}]` : own.address}:${port}`;
const proxyPort = (address: string) => /:(\d+)\/?$/.exec(address)?.[1] ?? '';

// The addresses of this computer that others can reach; those of one link only are of no use to them.
function useOwnAddresses(): Own[] {
  const features = useFeatures();
  const ways = useQuery({ queryKey: ['proxy'], enabled: features('GET', '/proxy') === true, queryFn: ({ signal }) => get<{ own_addresses: Own[] }>('/proxy', signal) });
  return (ways.data?.own_addresses ?? []).filter((one) => !one.loopback && !one.address.startsWith('fe80'));
}

// Opening the port to others: keys first. The gateway itself refuses an open port without keys.
function LanGuard({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const { t } = useTranslation();
  const status = useStatus().data;
  const own = useOwnAddresses();
  const port = String(draft.value('proxy.port'));
  const [mode, setMode] = useState(String(draft.value('proxy.auth_mode')) === 'off' ? 'auto' : String(draft.value('proxy.auth_mode')));
  const apply = () => {
    draft.put('proxy.auth_mode', mode);
    draft.put('proxy.allow_lan_access', true);
    onClose();
  };
  return (
    <Dialog
      title={t('lan.title')}
      width={600}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button look="primary" onClick={apply}>{t('lan.action')}</Button>
        </>
      }
    >
      <Note tone="warn">{t('lan.plain')}</Note>
      {own.length > 0 && (
        <div>
          <h3>{t('lan.addresses')}</h3>
          <ul>
            {own.map((one) => <li key={one.address}><code>{one.address}</code> <span className={css.dim}>{one.interface}</span></li>)}
          </ul>
        </div>
      )}
      <Radios legend={t('lan.mode')} name="lan-mode" value={mode} onChange={setMode} choices={MODES.filter((one) => one !== 'off').map((one) => ({ value: one, label: t(`setting.proxy.auth_mode.${one}`), text: t(`access.mode.${one}`) }))} />
      <ol style={{ display: 'grid', gap: 6, listStyle: 'decimal', paddingInlineStart: 20 }}>
        <li>{t('lan.step_key')}</li>
        <li>{t('lan.step_restart')}</li>
        <li>{t('lan.step_check', { url: own[0] ? urlOf(own[0], port) : (status?.proxy.address ?? '').replace('127.0.0.1', 'IP') })}</li>
        <li>{t('lan.step_gemini')}</li>
      </ol>
    </Dialog>
  );
}
