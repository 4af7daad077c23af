import { useTranslation } from 'react-i18next';
import type { Trace } from '../../api/model';
import { TraceStory } from '../trace/story';

export type Explained = Record<string, unknown>;

export function Plan({ plan, model, dialect, path }: { plan: Explained & Partial<Trace>; model: string; dialect: string; path: string }) {
  const { t } = useTranslation();
  const trace: Trace = { id: '', started_ms: 0, path, dialect, model, stream: false, user_agent: '', status: 0, bytes_in: 0, bytes_out: 0, usage: { estimated: false }, method: 'POST', ...plan };
  return (
    <div aria-label={t('tester.result')} role="region">
      <TraceStory trace={trace} dry actions={false} />
    </div>
  );
}
