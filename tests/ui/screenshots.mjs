// Pictures of every page into build/screenshots: `./do screenshots`. Looked at by people; no test compares them.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openPage, ROOT, startBrowser, startGateway, startSim, stopAll, visit } from './harness.mjs';
import { seed } from './seed.mjs';

const out = process.env.SCREENSHOTS ?? join(ROOT, 'build/screenshots');
const only = process.argv.slice(2);
mkdirSync(out, { recursive: true });

const PAGES = {
  dashboard: '/',
  accounts: '/accounts',
  'accounts-add': '/accounts?add=kind',
  'accounts-form': '/accounts?add=anthropic',
  'accounts-import': '/accounts?add=import',
  'accounts-capacity': '/accounts?view=capacity',
  'account-drawer': '/accounts/limited',
  'account-settings': '/accounts/work/settings',
  'proxy-access': '/proxy/access',
  'proxy-clients': '/proxy/clients?client=codex',
  'proxy-keys': '/proxy/keys',
  'proxy-routing': '/proxy/routing?model=claude-sonnet-4-5',
  'proxy-limits': '/proxy/limits',
  'proxy-endpoints': '/proxy/endpoints',
  monitor: '/monitor',
  'monitor-filter': '/monitor?q=status:%3E%3D400 clas:x',
  'monitor-trace': '/monitor/TRACE',
  'monitor-reply': '/monitor/TRACE?tab=overview',
  'monitor-compare': '/monitor/TRACE?tab=compare&pin=OTHER',
  'stats-cost': '/stats?measure=cost',
  'trace-timing': '/monitor/PRICED?tab=timing',
  stats: '/stats',
  'stats-account': '/stats?by=account&measure=requests',
  settings: '/settings/general',
  'settings-security': '/settings/security',
  'settings-accounts': '/settings/accounts',
  'settings-network': '/settings/network',
  'settings-data': '/settings/data',
  'settings-about': '/settings/about',
  'welcome-account': '/welcome/account',
  'welcome-client': '/welcome/client',
  'welcome-answer': '/welcome/answer',
};
const MAIN = ['dashboard', 'accounts', 'proxy-access', 'monitor', 'monitor-trace', 'stats', 'settings', 'welcome-client'];
const looks = [
  { name: 'light', theme: 'light' },
  { name: 'dark', theme: 'dark' },
  { name: '900', theme: 'light', width: 900, height: 700 },
  { name: '900-dark', theme: 'dark', width: 900, height: 700, pages: MAIN },
  { name: 'ru', theme: 'light', language: 'ru', pages: [...MAIN, 'proxy-limits', 'proxy-routing', 'accounts-form', 'accounts-import', 'settings-accounts', 'settings-data'] },
  { name: 'zh', theme: 'light', language: 'zh', pages: [...MAIN, 'proxy-routing', 'accounts-import', 'settings-accounts', 'settings-data'] },
  { name: 'ru-900', theme: 'dark', language: 'ru', width: 900, height: 700, pages: MAIN },
];

try {
  const sim = await startSim();
  const gateway = await startGateway();
  await seed(gateway, sim);
  const failed = await gateway.api('GET', '/requests?failures=1&limit=10');
  const trace = failed.requests.find((row) => row.attempts > 1)?.id ?? failed.requests[0].id;
  const other = (await gateway.api('GET', '/requests?limit=60')).requests.find((row) => row.model === 'gpt-5.5' && row.status === 200).id;
  const browser = await startBrowser();
  for (const look of looks) {
    if (only.length > 0 && !only.includes(look.name) && !only.some((one) => one in PAGES)) continue;
    const page = await openPage(browser, gateway, look);
    for (const [name, path] of Object.entries(PAGES)) {
      if (look.pages && !look.pages.includes(name)) continue;
      if (only.some((one) => one in PAGES) && !only.includes(name)) continue;
      await page.evaluate((view) => localStorage.setItem('agt.ui.accountsView', view), name === 'accounts-capacity' ? 'capacity' : 'table');
      if (name.startsWith('accounts')) await page.reload();
      await visit(page, path.replace('TRACE', trace).replace('OTHER', other).replace('PRICED', other));
      await page.waitForTimeout(450);
      await page.screenshot({ path: join(out, `${name}.${look.name}.png`) });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) console.log(`WIDE ${name}.${look.name}: ${wide} px`);
      const main = await page.evaluate(() => { const m = document.querySelector('#main'); return m ? m.scrollWidth - m.clientWidth : 0; });
      if (main > 0) console.log(`WIDE main ${name}.${look.name}: ${main} px`);
    }
    for (const problem of new Set(page.problems)) console.log(`${look.name}: ${problem}`);
    await page.context().close();
  }
  const fresh = await startGateway();
  const page = await openPage(browser, fresh, {});
  for (const [name, path] of [['first-dashboard', '/'], ['first-accounts', '/accounts'], ['first-monitor', '/monitor'], ['first-stats', '/stats'], ['first-welcome', '/welcome'], ['first-answer', '/welcome/answer']]) {
    if (only.length > 0 && !only.includes(name) && !only.includes('first')) continue;
    await visit(page, path);
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(out, `${name}.png`) });
  }
  console.log(`pictures in ${out}`);
} finally {
  await stopAll();
}
