import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useStatus } from '../api/queries';
import { useLive } from '../shared/hooks';
import { Note } from '../shared/ui/layout';
import css from './shell.module.css';

// At most two, the worst first, for as long as the cause lasts.
export function Banners() {
  const { t } = useTranslation();
  const status = useStatus();
  const live = useLive();
  const now = status.data;
  const all = [];
  if (live.state === 'offline' || (status.isError && !now)) {
    all.push(<Note key="offline" tone="danger" role="alert"><strong>{t('banner.offline')}</strong> {t('error.offline_remedy')}</Note>);
  }
  if (now?.proxy.open_to_lan && !now.proxy.keys_demanded) {
    all.push(<Note key="exposed" tone="danger" role="alert"><strong>{t('banner.exposed')}</strong> <Link href="/proxy/access">{t('banner.open_access')}</Link></Note>);
  } else if (now?.proxy.open_to_lan) {
    all.push(<Note key="lan" tone="warn"><strong>{t('banner.lan')}</strong> {t('banner.lan_text')} <Link href="/proxy/access">{t('banner.open_access')}</Link></Note>);
  }
  if (now && now.ledger.last_error !== '') {
    all.push(<Note key="ledger" tone="warn"><strong>{t('banner.ledger')}</strong> {now.ledger.last_error}</Note>);
  }
  for (const one of now?.rescued ?? []) {
    all.push(
      <Note key={one.what} tone={one.what === 'vault' ? 'danger' : 'warn'}>
        <strong>{t(`banner.rescued.${one.what}`)}</strong> {t(one.restored_from ? 'banner.rescued.restored' : 'banner.rescued.new')} {t('banner.rescued.kept')} <code>{one.kept_as}</code>
      </Note>,
    );
  }
  if (now?.rights === 'view') all.push(<Note key="view"><strong>{t('banner.view')}</strong> {t('banner.view_text')} <code>agt open</code></Note>);
  return <div className={css.banners}>{all.slice(0, 2)}</div>;
}
