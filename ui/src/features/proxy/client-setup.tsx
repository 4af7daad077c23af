// "Write it for me": the files of a client on this computer, shown as they would change before anything is written, and
// put back byte for byte. The gateway does it, and for callers on this computer only.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FilePen, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client';
import type { ClientGuide } from '../../api/model';
import { useChange, useFeatures } from '../../api/queries';
import { Button } from '../../shared/ui/button';
import { Dialog } from '../../shared/ui/dialog';
import { Chip, Note, Problem, Row, Skeleton, type Tone, useErrorText } from '../../shared/ui/layout';
import { toast } from '../../shared/ui/toast';
import css from './proxy.module.css';

interface Setup {
  connection: 'none' | 'here' | 'elsewhere';
  can_be_undone: boolean;
  changes: { path: string; is_new: boolean; diff: { kind: 'same' | 'removed' | 'added'; text: string }[] }[];
  files: string[];
  watched: string[];
}
const TONES: Record<Setup['connection'], Tone> = { none: 'idle', here: 'ok', elsewhere: 'warn' };
const MARKS = { same: ' ', removed: '−', added: '+' };

export function ClientSetup({ client, model }: { client: ClientGuide; model: string }) {
  const { t } = useTranslation();
  const features = useFeatures();
  const cache = useQueryClient();
  const errorText = useErrorText();
  const [looking, setLooking] = useState(false);
  const path = `/clients/${encodeURIComponent(client.name)}`;
  const body = client.needs_model ? { model } : {};
  const can = client.can_be_written && features('POST', '/clients/{client}/preview') === true;
  const plan = useQuery({ queryKey: ['setup', client.name, client.needs_model ? model : ''], enabled: can, retry: false, staleTime: 5000, queryFn: () => post<Setup>(`${path}/preview`, body) });
  const work = useChange((what: 'connect' | 'disconnect') => post<Setup>(`${path}/${what}`, what === 'connect' ? body : {}));
  if (!can) return null;
  const run = async (what: 'connect' | 'disconnect') => {
    try {
      const done = await work.mutateAsync(what);
      setLooking(false);
      toast({ tone: 'ok', text: t(what === 'connect' ? 'setup.written' : 'setup.undone', { client: client.display_name, files: done.files.join(', ') }) });
    } catch (error) {
      toast({ tone: 'danger', text: errorText(error).text });
    }
    await cache.invalidateQueries({ queryKey: ['setup', client.name] });
  };
  const data = plan.isError ? undefined : plan.data; // what was read before is not what is there now
  return (
    <section className={css.setup} aria-label={t('setup.title', { client: client.display_name })}>
      <Row>
        {data && <Chip tone={TONES[data.connection]}>{t(`setup.${data.connection}`)}</Chip>}
        <Button manages icon={FilePen} onClick={() => setLooking(true)}>{t('setup.look')}</Button>
        {data?.can_be_undone && <Button manages icon={Undo2} disabled={work.isPending} onClick={() => void run('disconnect')}>{t('setup.undo')}</Button>}
      </Row>
      {data && data.watched.length > 0 && <Note tone="warn">{t('setup.watched', { names: data.watched.join(', ') })}</Note>}
      {looking && (
        <Dialog
          title={t('setup.title', { client: client.display_name })}
          width={720}
          onClose={() => setLooking(false)}
          foot={
            <>
              <Button data-autofocus onClick={() => setLooking(false)}>{t('action.cancel')}</Button>
              <Button look="primary" disabled={!data || work.isPending || data.changes.every((one) => one.diff.length === 0)} onClick={() => void run('connect')}>{t('setup.write')}</Button>
            </>
          }
        >
          <p>{t('setup.text')}</p>
          {plan.isError && <Problem error={plan.error} retry={() => void plan.refetch()} />}
          {!data && !plan.isError && <Skeleton rows={3} />}
          {data?.changes.map((change) => (
            <div key={change.path}>
              <p><code>{change.path}</code> {change.is_new && <Chip tone="info">{t('setup.new')}</Chip>}</p>
              {change.diff.length === 0 ? <Note tone="ok">{t('setup.nothing')}</Note> : (
                <pre className={css.diff} tabIndex={0} role="region" aria-label={change.path}>
                  {change.diff.map((line, i) => <span key={i} data-kind={line.kind}>{MARKS[line.kind]} {line.text}{'\n'}</span>)}
                </pre>
              )}
            </div>
          ))}
        </Dialog>
      )}
    </section>
  );
}
