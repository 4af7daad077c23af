import { useTranslation } from 'react-i18next';
import { useFormats } from '../../shared/hooks';
import { costOf, type Sums, valueOf } from './measure';
import css from './stats.module.css';

const ENOUGH = 20; // requests; a change against fewer says nothing

export function Totals({ now, before }: { now: Sums; before: Sums | undefined }) {
  const { t } = useTranslation();
  const f = useFormats();
  const change = before && before.requests >= ENOUGH ? valueOf(now, 'tokens') / Math.max(1, valueOf(before, 'tokens')) - 1 : undefined;
  const items: [string, string, string][] = [
    ['tokens', f.compact(valueOf(now, 'tokens')), change === undefined ? '' : t('stats.change', { change: `${change >= 0 ? '+' : '−'}${f.percent(Math.abs(change))}` })],
    ['input', f.compact(now.input), ''],
    ['cached', f.compact(now.cached), now.input > 0 ? t('stats.of_input', { share: f.percent(now.cached / now.input) }) : ''],
    ['output', f.compact(now.output), ''],
    ['reasoning', f.compact(now.reasoning), ''],
    ['requests', f.number(now.requests), ''],
    ['failures', f.number(now.failures), now.requests > 0 ? f.percent(now.failures / now.requests) : ''],
    ['latency', f.duration(valueOf(now, 'latency')), ''],
    ['cost', costOf(now, f.dollars), now.unpriced > 0 ? t('stats.unpriced', { count: now.unpriced, shown: f.number(now.unpriced) }) : now.guessed > 0 ? t('stats.guessed', { cost: f.dollars(now.guessed) }) : now.priced > 0 ? t('stats.list_price') : ''],
  ];
  return (
    <dl className={css.totals}>
      {items.map(([name, value, note]) => (
        <div key={name}>
          <dt>{t(`measure.${name}`)}</dt>
          <dd>{value}</dd>
          <dd style={{ fontSize: 'inherit', fontWeight: 400 }}><small>{note || '\u00a0'}</small></dd>
        </div>
      ))}
    </dl>
  );
}
