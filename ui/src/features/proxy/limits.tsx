import { useTranslation } from 'react-i18next';
import { Radios } from '../../shared/ui/form';
import { Card, Problem, Skeleton } from '../../shared/ui/layout';
import { choicesOf, useDraft } from '../settings/draft';
import { SettingRow, useSettingWords } from '../settings/field';
import { SaveBar } from '../settings/save-bar';

const mine = (name: string) => /^(scheduling\.|pool\.|network\..*timeout|proxy\.body_limit)/.test(name);

export function Limits() {
  const { t } = useTranslation();
  const words = useSettingWords();
  const draft = useDraft(mine);
  if (draft.loading) return <Skeleton rows={5} height={56} />;
  if (draft.error !== null) return <Problem error={draft.error} />;
  const mode = draft.settings.get('scheduling.mode');
  const names = [...draft.settings.keys()].filter((name) => name !== 'scheduling.mode');
  return (
    <>
      {mode && (
        <Card title={t('limits.scheduling')}>
          <Radios
            legend={t('limits.mode')}
            name="scheduling"
            value={String(draft.value('scheduling.mode'))}
            disabled={mode.read_only}
            error={draft.errors['scheduling.mode']}
            onChange={(value) => draft.put('scheduling.mode', value)}
            choices={choicesOf(mode).map((one) => ({ value: one, label: words.choice('scheduling.mode', one), text: t(`limits.mode.${one}`) }))}
          />
        </Card>
      )}
      <Card title={t('limits.title')} flush>
        {names.map((name) => <SettingRow key={name} draft={draft} name={name} />)}
      </Card>
      <SaveBar draft={draft} />
    </>
  );
}
