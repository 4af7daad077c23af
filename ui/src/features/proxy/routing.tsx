import { ArrowDown, ArrowUp, LayoutTemplate, Plus, Route, Trash2 } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client';
import { ruleApi, useAccounts, useChange, useModels, useProviders, useRoutePresets, useRules } from '../../api/queries';
import { useShortcuts } from '../../shared/shortcuts';
import { Button, IconButton } from '../../shared/ui/button';
import { Check, TextField } from '../../shared/ui/form';
import { Card, Empty, Note, Problem, Row, Skeleton } from '../../shared/ui/layout';
import { Menu } from '../../shared/ui/menu';
import { toast } from '../../shared/ui/toast';
import type { RoutePreset } from '../../api/types';
import { type DraftRule, moved, problemOf, withPreset } from './match';
import css from './proxy.module.css';
import { Tester } from './tester';

interface Line extends DraftRule {
  key: number;
  warnings: string[];
  text: string; // the targets as they are written
  news?: string; // what a preset has changed
}
let next = 1;
const lineOf = (rule: DraftRule & { warnings?: string[] }): Line => ({ key: next++, match: rule.match, targets: rule.targets, strict: rule.strict, warnings: rule.warnings ?? [], text: rule.targets.join(', ') });
const same = (a: DraftRule[], b: DraftRule[]) => JSON.stringify(a.map(({ match, targets, strict }) => [match, targets, strict ?? false])) === JSON.stringify(b.map(({ match, targets, strict }) => [match, targets, strict ?? false]));

export function Routing() {
  const { t } = useTranslation();
  const rules = useRules();
  const presets = useRoutePresets().data ?? [];
  const [lines, setLines] = useState<Line[] | null>(null);
  const [errors, setErrors] = useState<Record<number, string>>({});
  const [problem, setProblem] = useState('');
  const save = useChange(ruleApi.replaceAll);
  const dirty = lines !== null && rules.data !== undefined && !same(lines, rules.data);
  useEffect(() => {
    if (rules.data && !dirty) setLines((now) => (now && same(now, rules.data) && now.length > 0 ? now.map((line, i) => ({ ...line, warnings: rules.data[i]?.warnings ?? [] })) : rules.data.map(lineOf)));
  }, [rules.data, dirty]);
  const run = async () => {
    if (!lines) return;
    setErrors({});
    setProblem('');
    try {
      const saved = await save.mutateAsync(lines.map(({ match, targets, strict }) => ({ match: match.trim(), targets, ...(strict && { strict }) })));
      setLines(saved.routes.map(lineOf));
      toast({ tone: 'ok', text: t('routing.saved') });
    } catch (error) {
      // The gateway names the field; which rule it is, the first that is certainly wrong tells.
      const at = lines.findIndex((_, i) => ['empty', 'targets', 'regex'].includes(problemOf(lines, i)?.kind ?? ''));
      const text = error instanceof ApiError && error.status !== 0 ? error.message : t('error.offline');
      if (at >= 0) setErrors({ [at]: text });
      else setProblem(text);
    }
  };
  const lay = (preset: RoutePreset) => {
    const line = (rule: DraftRule, before: Line | undefined): Line => ({ ...lineOf(rule), news: before ? t('routing.preset.changed', { before: before.text || '–' }) : t('routing.preset.new') });
    setLines(withPreset(lines ?? [], preset.rules, line));
  };
  useShortcuts({ save: () => void run() }, dirty);
  if (rules.isError) return <Problem error={rules.error} retry={() => void rules.refetch()} />;
  if (!lines) return <Skeleton rows={4} height={52} />;
  return (
    <div className={css.split}>
      <Card title={t('routing.rules')} actions={
        <>
          {presets.length > 0 && <Menu manages icon={LayoutTemplate} label={t('routing.presets')} items={presets.map((one) => ({ label: t(`routing.preset.of.${one.name}`, { defaultValue: one.title }), run: () => lay(one) }))}>{t('routing.presets')}</Menu>}
          <Button manages icon={Plus} onClick={() => setLines([...lines, lineOf({ match: '', targets: [] })])}>{t('routing.add')}</Button>
        </>
      }>
        {lines.length === 0 ? <Empty icon={Route} title={t('routing.empty.title')}>{t('routing.empty.text')}</Empty> : <Rules lines={lines} errors={errors} onLines={setLines} />}
        {problem && <Note tone="danger" role="alert">{problem}</Note>}
        {dirty && (
          <Row>
            <Button manages look="primary" disabled={save.isPending} onClick={() => void run()}>{t('action.save')}</Button>
            <Button onClick={() => { setLines((rules.data ?? []).map(lineOf)); setErrors({}); setProblem(''); }}>{t('action.discard')}</Button>
            <span role="status" className={css.dim}>{t('routing.unsaved')}</span>
          </Row>
        )}
      </Card>
      <Tester rules={lines} unsaved={dirty} />
    </div>
  );
}

function Rules({ lines, errors, onLines }: { lines: Line[]; errors: Record<number, string>; onLines: (lines: Line[]) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const targets = useTargets();
  const put = (index: number, part: Partial<Line>) => onLines(lines.map((line, i) => (i === index ? { ...line, ...part } : line)));
  const move = (from: number, to: number) => {
    if (to >= 0 && to < lines.length) onLines(moved(lines, from, to));
  };
  const pressed = (index: number) => (event: KeyboardEvent) => {
    if (!event.altKey || (event.code !== 'ArrowUp' && event.code !== 'ArrowDown')) return;
    event.preventDefault();
    move(index, index + (event.code === 'ArrowUp' ? -1 : 1));
  };
  return (
    <>
    <div className={css.ruleHead} aria-hidden><span /><span>{t('routing.col.match')}</span><span>{t('routing.col.targets')}</span></div>
    <datalist id={id}>{targets.map((one) => <option key={one} value={one} />)}</datalist>
    <ol aria-label={t('routing.rules')}>
      {lines.map((line, i) => {
        const wrong = problemOf(lines, i);
        const notes = [...(wrong ? [t(`routing.problem.${wrong.kind}`, { rule: (wrong.by ?? 0) + 1 })] : []), ...line.warnings];
        return (
          <li key={line.key} className={css.rule} onKeyDown={pressed(i)}>
            <span>{i + 1}</span>
            <TextField label={t('routing.match_of', { rule: i + 1 })} hideLabel code placeholder="claude-*" value={line.match} error={errors[i]} onText={(match) => put(i, { match })} />
            <TextField label={t('routing.targets_of', { rule: i + 1 })} hideLabel code title={line.text || undefined} placeholder="gemini/gemini-3-pro, openai/*" list={id} value={line.text} onText={(text) => put(i, { text, targets: text.split(',').map((one) => one.trim()).filter(Boolean) })} />
            <span className={css.tools}>
              <IconButton icon={ArrowUp} label={t('routing.up', { rule: i + 1 })} disabled={i === 0} onClick={() => move(i, i - 1)} />
              <IconButton icon={ArrowDown} label={t('routing.down', { rule: i + 1 })} disabled={i === lines.length - 1} onClick={() => move(i, i + 1)} />
              <IconButton icon={Trash2} label={t('routing.remove', { rule: i + 1 })} onClick={() => onLines(lines.filter((_, other) => other !== i))} />
            </span>
            {line.targets.length > 0 && (
              <div className={css.ruleStrict}>
                <Check label={t('routing.strict')} checked={line.strict === true} onChange={(strict) => put(i, { strict })} />
              </div>
            )}
            {line.news && <div className={css.ruleNews}>{line.news}</div>}
            {notes.length > 0 && <div className={css.ruleNotes}>{notes.map((note) => <span key={note}>{note}</span>)}</div>}
          </li>
        );
      })}
    </ol>
    </>
  );
}

// What may stand on the right side: account labels and providers, with the models that are known.
function useTargets(): string[] {
  const accounts = useAccounts().data ?? [];
  const providers = useProviders().data ?? [];
  const models = useModels().data ?? [];
  const mine = new Set(accounts.map((one) => one.provider));
  return [
    ...accounts.map((one) => `${one.label}/*`),
    ...models.filter((one) => one.listed && mine.has(one.provider)).map((one) => `${one.provider}/${one.match}`),
    ...providers.map((one) => `${one.name}/*`),
  ];
}
