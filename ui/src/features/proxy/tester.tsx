import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import { useChange, useFeatures, useModels } from '../../api/queries';
import { useUrlState } from '../../shared/hooks';
import { Button } from '../../shared/ui/button';
import { Select, TextField } from '../../shared/ui/form';
import { Card, Note, Problem } from '../../shared/ui/layout';
import { type DraftRule, firstMatch } from './match';
import { Plan, type Explained } from './plan';
import css from './proxy.module.css';

const DIALECTS: Record<string, { path: (model: string) => string; body: (model: string) => unknown }> = {
  openai_chat: { path: () => '/v1/chat/completions', body: (model) => ({ model, messages: [{ role: 'user', content: 'Say hi' }] }) },
  openai_responses: { path: () => '/v1/responses', body: (model) => ({ model, input: 'Say hi' }) },
  anthropic: { path: () => '/v1/messages', body: (model) => ({ model, max_tokens: 64, messages: [{ role: 'user', content: 'Say hi' }] }) },
  gemini: { path: (model) => `/v1beta/models/${model}:generateContent`, body: () => ({ contents: [{ role: 'user', parts: [{ text: 'Say hi' }] }] }) },
};

// "Where would this go?": the gateway's own dry run. Nothing is sent upstream.
export function Tester({ rules, unsaved }: { rules: DraftRule[]; unsaved: boolean }) {
  const { t } = useTranslation();
  const features = useFeatures();
  const known = useModels().data ?? [];
  const [dialect, setDialect] = useUrlState('dialect', 'anthropic');
  const [model, setModel] = useUrlState('model');
  const [asked, setAsked] = useState('');
  const shape = DIALECTS[dialect] ?? DIALECTS.openai_chat!;
  const [without, setWithout] = useState<string[]>([]); // what if these accounts were gone
  const explain = useChange(({ name, gone }: { name: string; gone: string[] }) => post<Explained>('/routes/explain', { path: shape.path(name), model: name, body: shape.body(name), ...(gone.length > 0 && { without: gone }) }));
  const can = features('POST', '/routes/explain');
  const at = model.trim() ? firstMatch(rules, model.trim()) : -1;
  const run = (gone: string[] = []) => {
    setAsked(model.trim());
    setWithout(gone);
    explain.mutate({ name: model.trim(), gone });
  };
  const suppose = (account: string, isGone: boolean) => run(isGone ? [...without, account] : without.filter((one) => one !== account));
  return (
    <Card title={t('tester.title')}>
      <form className={css.tester} onSubmit={(event) => { event.preventDefault(); run(); }}>
        <div className={css.two}>
          <Select label={t('tester.protocol')} value={dialect} onText={setDialect} options={Object.keys(DIALECTS).map((one) => ({ value: one, label: t(`dialect.${one}`) }))} />
          <TextField label={t('tester.model')} code placeholder="claude-sonnet-4-5" value={model} list="tester-models" onText={setModel} />
          <datalist id="tester-models">{known.filter((one) => !one.match.includes('*')).map((one) => <option key={one.provider + one.match} value={one.match} />)}</datalist>
        </div>
        {model.trim() && (
          <p className={css.dim} role="status">
            {at >= 0 ? t('tester.rule', { rule: at + 1, match: rules[at]?.match ?? '', targets: rules[at]?.targets.join(' → ') ?? '' }) : t('tester.no_rule')}
          </p>
        )}
        {can === false ? (
          <Note tone="idle">{t('tester.missing')}</Note>
        ) : (
          <Button type="submit" icon={FlaskConical} disabled={!model.trim() || explain.isPending || !can}>{t('tester.run')}</Button>
        )}
        {unsaved && can && <Note tone="warn">{t('tester.unsaved')}</Note>}
      </form>
      {explain.isError && <Problem error={explain.error} retry={() => run(without)} />}
      {explain.data && <Plan key={asked} plan={explain.data} without={without} onSuppose={suppose} />}
    </Card>
  );
}
