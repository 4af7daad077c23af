import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../shared/ui/button';
import { Segments, TextField } from '../../shared/ui/form';
import { RANGES } from './measure';
import { custom, dayOf, type Range } from './range-state';
import css from './stats.module.css';

export function RangePicker({ range }: { range: Range }) {
  const { t } = useTranslation();
  const isCustom = custom.test(range.name);
  const [open, setOpen] = useState(isCustom);
  const local = (ms: number) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const [from, setFrom] = useState(local(range.since));
  const [to, setTo] = useState(local(Math.min(range.until, Date.now())));
  const [problem, setProblem] = useState('');
  const apply = () => {
    if (!from || !to) return setProblem(t('range.needed'));
    // The chart keeps the last good range.
    if (dayOf(to) < dayOf(from)) return setProblem(t('range.backwards'));
    setProblem('');
    range.set(`${from}~${to}`);
  };
  return (
    <>
      <Segments
        label={t('monitor.range')}
        value={open ? 'custom' : range.name}
        onChange={(value) => {
          setOpen(value === 'custom');
          if (value !== 'custom') range.set(value);
        }}
        options={[...Object.keys(RANGES), 'custom'].map((one) => ({ value: one, label: t(`range.${one}`) }))}
      />
      {open && (
        <form className={css.custom} onSubmit={(event) => { event.preventDefault(); apply(); }}>
          <TextField label={t('range.from')} hideLabel type="date" value={from} onText={setFrom} />
          <TextField label={t('range.to')} hideLabel type="date" value={to} error={problem || undefined} onText={setTo} />
          <Button type="submit">{t('range.apply')}</Button>
        </form>
      )}
    </>
  );
}
