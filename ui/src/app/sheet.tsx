import { useTranslation } from 'react-i18next';
import { SHORTCUTS, type Scope, shown } from '../shared/shortcuts';
import { Dialog } from '../shared/ui/dialog';
import css from './sheet.module.css';

const scopes: Scope[] = ['everywhere', 'list', 'monitor', 'drawer'];

export default function Sheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('sheet.title')} width={720} onClose={onClose}>
      <p>{t('sheet.text')}</p>
      <div className={css.groups}>
        {scopes.map((scope) => (
          <section key={scope}>
            <h3>{t(`sheet.${scope}`)}</h3>
            <ul>
              {SHORTCUTS.filter((one) => one.scope === scope).map((one) => (
                <li key={one.id} className={css.line}>
                  <span>{t(`key.${one.id}`)}</span>
                  <span>{one.keys.map((keys) => <kbd key={keys}>{shown(keys)}</kbd>)}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
