import { useTranslation } from 'react-i18next';
import { useFormats } from '../../shared/hooks';
import type { Filter, Term } from './filter';

// The filter said back in the reader's language: "Requests with status ≥ 400, class quota used up, not client curl".
export function useFilterSentence(filter: Filter): string {
  const { t, i18n } = useTranslation();
  const f = useFormats();
  const or = new Intl.ListFormat(i18n.language, { type: 'disjunction' });
  const valueWord = (term: Term, value: string) => {
    const key = { class: `outcome.${value}`, code: `code.${value}`, is: `filter.is.${value}` }[term.field];
    return key && i18n.exists(key) ? t(key) : value;
  };
  const ops = { '=': '', '>': '> ', '<': '< ', '>=': '≥ ', '<=': '≤ ' };
  const said = (term: Term) => {
    const values = or.format(term.values.map((value) => `${ops[term.op]}${valueWord(term, value)}`));
    const phrase = term.field === 'text' ? t('filter.says.text', { values }) : term.field === 'is' ? values : t('filter.says', { field: t(`filter.field.${term.field}`), values });
    return term.not ? t('filter.says.not', { phrase }) : phrase;
  };
  return t('filter.sentence', { terms: f.list(filter.terms.map(said)) });
}
