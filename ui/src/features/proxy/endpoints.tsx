import { useTranslation } from 'react-i18next';
import { useStatus } from '../../api/queries';
import { CopyButton } from '../../shared/ui/button';
import { Card, Chip, layout, Note } from '../../shared/ui/layout';

// The clients' port: for raw HTTP. SDKs want the base URL instead, which stands under "Connect a client".
const ENDPOINTS: [string, string, string][] = [
  ['openai', 'POST', '/v1/chat/completions'],
  ['openai', 'POST', '/v1/responses'],
  ['openai', 'POST', '/v1/responses/input_tokens'],
  ['openai', 'GET', '/v1/models'],
  ['anthropic', 'POST', '/v1/messages'],
  ['anthropic', 'POST', '/v1/messages/count_tokens'],
  ['anthropic', 'GET', '/v1/models'],
  ['gemini', 'POST', '/v1beta/models/{model}:generateContent'],
  ['gemini', 'POST', '/v1beta/models/{model}:streamGenerateContent?alt=sse'],
  ['gemini', 'POST', '/v1beta/models/{model}:countTokens'],
  ['gemini', 'GET', '/v1beta/models'],
  ['any', 'GET', '/healthz'],
];

export function Endpoints() {
  const { t } = useTranslation();
  const host = useStatus().data?.proxy.address ?? '';
  return (
    <>
      <Note tone="info">{t('endpoints.text')}</Note>
      <Card title={t('endpoints.title')} flush>
        <div className={layout.tableWrap} tabIndex={0} role="region" aria-label={t('endpoints.title')}>
          <table className={layout.table}>
            <thead>
              <tr>
                <th scope="col">{t('endpoints.protocol')}</th>
                <th scope="col">{t('endpoints.method')}</th>
                <th scope="col">{t('endpoints.url')}</th>
                <th scope="col"><span className="visually-hidden">{t('copy.action')}</span></th>
              </tr>
            </thead>
            <tbody>
              {ENDPOINTS.map(([protocol, method, path]) => (
                <tr key={protocol + path}>
                  <td>{t(`protocol.${protocol}`)}</td>
                  <td><Chip tone={method === 'GET' ? 'idle' : 'info'}>{method}</Chip></td>
                  <td className="mono">{host}{path}</td>
                  <td className={layout.right}><CopyButton small text={host + path} label={t('copy.url', { url: path })} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
    </>
  );
}
