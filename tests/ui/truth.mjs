// What the pages say is what the gateway knows: traces and charts against its data, every kind of failure with its class,
// code and remedy, a gateway that goes away and comes back, bad input, secrets that are nowhere, snippets that work.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import test, { after, before } from 'node:test';
import { copied, openPage, startBrowser, startGateway, startSim, stopAll, storeSetting, until, visit } from './harness.mjs';
import { seed } from './seed.mjs';

let browser;
let sim;
let gateway;
before(async () => {
  browser = await startBrowser();
  sim = await startSim();
  gateway = await startGateway();
  await seed(gateway, sim);
});
after(stopAll);

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});
async function done(page, allowed = /^$/) {
  assert.deepEqual([...new Set(page.problems)].filter((one) => !allowed.test(one)), []);
  await page.context().close();
}

test('A7: the steps of a trace are those of the gateway, and a chart has the same totals as its table', { timeout: 60_000 }, async () => {
  const failed = (await gateway.api('GET', '/requests?failures=1&limit=20')).requests.find((one) => one.model === 'gpt-overloaded');
  const told = await gateway.api('GET', `/requests/${failed.id}/trace`);
  const page = await openPage(browser, gateway, { path: `/monitor/${failed.id}` });
  await page.getByText('To the client:').waitFor();
  const steps = await page.getByRole('list', { name: /steps|decided/i }).or(page.locator('ol')).first().locator('li').allTextContents();
  const wanted = told.attempts.flatMap((one) => [...(one.skipped ?? []).map((skip) => skip.account), ...(one.account_id ? [one.account] : [])]);
  let at = 0;
  for (const name of wanted) {
    const found = steps.findIndex((step, i) => i >= at && step.includes(name));
    assert.ok(found >= 0, `${name} is a step, in its order`);
    at = found + 1;
  }
  const tree = await page.locator('ol').first().ariaSnapshot();
  assert.match(tree, /listitem/);
  for (const name of new Set(wanted)) assert.ok(tree.includes(name), `${name} is in the accessibility tree`);

  await visit(page, '/stats?measure=requests&by=account');
  const chart = page.getByRole('img', { name: /Requests by account/ });
  await chart.waitFor();
  const spoken = await chart.getAttribute('aria-label');
  const sums = new Map([...spoken.matchAll(/(\S+@?\S*): (\d+)/g)].map((one) => [one[1].replace(/^.*\. /, ''), Number(one[2])]));
  await page.getByRole('button', { name: 'Table' }).first().click();
  const table = page.getByRole('region', { name: /Requests by account/ }).locator('table');
  await table.waitFor();
  const heads = await table.locator('th').allTextContents();
  const rows = await table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  let compared = 0;
  heads.slice(1).forEach((head, i) => {
    const total = rows.reduce((sum, row) => sum + Number(row[i + 1]), 0);
    if (!sums.has(head)) return;
    assert.equal(total, sums.get(head), `${head}: the chart says ${sums.get(head)}`);
    compared += 1;
  });
  assert.ok(compared >= 3, spoken);
  const { stats } = await gateway.api('GET', `/stats?by=account&since_ms=${Date.now() - 86_400_000}`);
  assert.equal([...sums.values()].reduce((a, b) => a + b, 0), stats.reduce((sum, one) => sum + one.requests, 0));
  await done(page);
});

// What the simulator sends → the class and code that the gateway gives it, the chip and the first remedy of the page.
const FAILURES = [
  ['openai-compatible', '401', 'account_invalid', 'key_rejected', 'Account problem', /^\/accounts\/acc_/],
  ['openai-compatible', '403', 'account_invalid', 'forbidden', 'Account problem', /^\/accounts\/acc_/],
  ['openai-compatible', 'openai_429_rate', 'rate_limited', 'rpm', 'Rate limited', /^\/proxy\/limits/],
  ['openai-compatible', 'openai_429_quota', 'quota_exhausted', 'credits', 'Quota used up', /^\/proxy\/routing/],
  ['openai-compatible', 'openai_503', 'upstream_capacity', 'overloaded', 'Upstream overloaded', /^\/proxy\/routing/],
  ['openai-compatible', '404_model', 'client_error', 'model_unknown', 'Request not accepted', /^\/accounts\?add=kind/],
  ['openai-compatible', 'context_length', 'client_error', 'context_too_long', 'Request not accepted', null],
  ['anthropic-compatible', 'anthropic_429', 'rate_limited', 'rpm', 'Rate limited', /^\/proxy\/limits/],
  ['anthropic-compatible', 'anthropic_429_unified', 'quota_exhausted', 'window_5h', 'Quota used up', /^\/proxy\/routing/],
  ['anthropic-compatible', 'anthropic_529', 'upstream_capacity', 'overloaded', 'Upstream overloaded', /^\/proxy\/routing/],
  ['anthropic-compatible', 'anthropic_402', 'quota_exhausted', 'credits', 'Quota used up', /^\/proxy\/routing/],
  ['gemini', 'gemini_429_daily', 'quota_exhausted', 'daily', 'Quota used up', /^\/proxy\/routing/],
  ['gemini', 'gemini_503', 'upstream_capacity', 'overloaded', 'Upstream overloaded', /^\/proxy\/routing/],
];
test('F1: every failure has its class, its code, its word and its remedy', { timeout: 120_000 }, async () => {
  const own = await startGateway();
  await own.api('PATCH', '/settings', { 'scheduling.max_attempts': 1, 'scheduling.max_wait_seconds': 0 });
  const page = await openPage(browser, own, { path: '/monitor' });
  for (const [provider, error, failureClass, code, chip, href] of FAILURES) {
    const label = `${provider}-${error}`.replaceAll('_', '-');
    const base = provider === 'openai-compatible' ? `${sim.url}/v1` : sim.url;
    const account = await own.api('POST', '/accounts', { provider, label, base_url: base, key: `x-sim:error=${error}` });
    await own.api('PUT', '/routes', { routes: [{ match: '*', targets: [`${label}/some-model`] }] });
    await own.ask('some-model', 'Hello');
    const [row] = (await own.api('GET', '/requests?limit=1')).requests;
    assert.deepEqual([row.class, row.code], [failureClass, code], error);
    await visit(page, `/monitor/${row.id}`);
    await page.getByText('To the client:').waitFor();
    const drawer = page.locator('aside').last();
    await drawer.getByText(chip, { exact: true }).first().waitFor();
    assert.equal(await drawer.getByText(code, { exact: true }).count(), 0, 'words, not codes');
    const links = await drawer.locator('a[href]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    if (href) assert.ok(links.some((one) => href.test(one)), `${error}: ${links}`);
    await own.api('DELETE', `/accounts/${account.id}`);
  }
  await done(page);
  await own.stop();
});

test('F2: a gateway that goes away is told within seconds, and when it is back the page goes on by itself', { timeout: 90_000 }, async () => {
  const [port, adminPort] = [await freePort(), await freePort()];
  const one = await startGateway({ port, adminPort });
  await one.api('POST', '/accounts', { provider: 'openai-compatible', label: 'sim', base_url: `${sim.url}/v1`, key: 'good-key' });
  const page = await openPage(browser, one, { path: '/monitor' });
  const first = await one.ask('m', 'before');
  await page.locator(`#row-${first.trace}`).waitFor();
  const marker = await page.evaluate(() => { window.never_reloaded = true; return performance.timeOrigin; });
  // A stream is under way when the process dies at once.
  await sim.script({ key: '*', model: 'slow', times: -1, script: { chunk_delay_ms: 200 } });
  void one.ask('slow', '[[long 200]]', { stream: true }).catch(() => undefined);
  await until(async () => (await page.getByRole('grid').getByRole('row').count()) >= 3, 'the stream is in flight');
  one.kill();
  const gone = Date.now();
  await page.getByText(/reconnecting/).first().waitFor({ timeout: 3000 });
  assert.ok(Date.now() - gone < 3000);
  await page.getByText('The gateway does not answer.').first().waitFor({ timeout: 15_000 });
  assert.ok(await page.locator(`#row-${first.trace}`).isVisible(), 'what was there stays');
  const two = await startGateway({ home: one.home, port, adminPort });
  // Its sign-in ended with the process: the page says so, and a new link brings it back to where it was, without a reload.
  await page.getByText('agt open').waitFor({ timeout: 20_000 });
  const { url } = await two.api('POST', '/login/link');
  await page.locator('input[type=password]').fill(url);
  await page.keyboard.press('Enter');
  await page.getByText('live', { exact: true }).waitFor({ timeout: 10_000 });
  assert.equal(await page.evaluate(() => (window.never_reloaded ? performance.timeOrigin : 0)), marker, 'without a reload');
  assert.ok(page.url().includes('/monitor'));
  const second = await two.ask('m', 'after');
  await page.locator(`#row-${second.trace}`).waitFor({ timeout: 5000 });
  const ids = await page.getByRole('grid').getByRole('row').evaluateAll((all) => all.map((row) => row.id));
  assert.equal(new Set(ids).size, ids.length, 'no row twice');
  await done(page, /ERR_CONNECTION|Failed to fetch|network error|ERR_INCOMPLETE|401/);
  await two.stop();
});

test('U1: what is wrong is refused at its field, nothing is cleared and nothing is saved', { timeout: 90_000 }, async () => {
  const [port, adminPort, taken] = [await freePort(), await freePort(), await freePort()];
  const holder = createServer().listen(taken, '127.0.0.1').unref();
  const home = storeSetting('proxy.port', port);
  const own = await startGateway({ home, port: null, adminPort });
  const page = await openPage(browser, own, { path: '/proxy/access' });
  const field = page.getByLabel('Port', { exact: true });
  await field.waitFor();
  for (const wrong of ['65536', '70000', 'abc', '-1', String(taken)]) {
    await field.fill(wrong);
    await page.getByRole('button', { name: 'Save' }).click();
    await until(() => field.getAttribute('aria-invalid'), `${wrong} is marked`);
    assert.equal(await field.inputValue(), wrong, 'the field keeps what was typed');
    assert.ok((await page.locator('[role=alert]').first().textContent()).length > 5);
    const kept = (await own.api('GET', '/settings/proxy.port')).value;
    assert.equal(kept, port, 'nothing is saved');
  }
  await page.getByRole('button', { name: 'Discard' }).click();
  holder.close();

  await visit(page, '/accounts?add=openai-compatible');
  const dialog = page.locator('dialog[open]');
  const [label, address] = [dialog.getByLabel(/^Name/), dialog.getByLabel(/^Base URL/)];
  await label.fill('😀 работа 工作');
  await dialog.locator('input[type=password]').fill('some-key');
  for (const wrong of ['ftp://host/v1', 'not a url', 'http://', 'https://host:99999/v1', 'http://user:pw@host/v1', 'http://192.0.2.7/v1']) {
    await address.fill(wrong);
    await dialog.locator('button[type=submit]').click();
    await until(async () => (await address.getAttribute('aria-invalid')) || (await dialog.getByRole('alert').count()) > 0, `${wrong} is refused`);
    assert.equal(await address.inputValue(), wrong);
    assert.equal(await label.inputValue(), '😀 работа 工作', 'nothing is cleared');
    assert.deepEqual((await own.api('GET', '/accounts')).accounts, []);
  }
  await address.fill(`${sim.url}/v1/chat/completions`);
  await dialog.getByText(/chat\/completions/).first().waitFor();
  await address.fill(`${sim.url}/v1`);
  await dialog.locator('button[type=submit]').click();
  await dialog.getByText(/It answers/).waitFor();
  assert.equal((await own.api('GET', '/accounts')).accounts[0].label, '😀 работа 工作');

  await visit(page, '/accounts?add=import');
  const text = dialog.getByLabel('Content of the file');
  const look = dialog.getByRole('button', { name: 'Look first' });
  const sealed = (await own.api('POST', '/accounts/export', { passphrase: 'a long passphrase' }));
  for (const wrong of ['{"accounts": [1,2,],}', '\u0000\u0001', typeof sealed.text === 'string' ? sealed.text : JSON.stringify(sealed)]) {
    await text.fill(wrong);
    await look.click();
    await until(async () => (await text.getAttribute('aria-invalid')) || (await dialog.getByRole('alert').count()) > 0 || (await dialog.getByText(/not usable|0 to add/).count()) > 0, `${wrong.slice(0, 20)} is refused`);
    assert.equal((await own.api('GET', '/accounts')).accounts.length, 1);
  }
  await text.evaluate((it) => {
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
    set.call(it, 'x'.repeat(10_000_000));
    it.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await look.click();
  await until(async () => (await text.getAttribute('aria-invalid')) || (await dialog.getByRole('alert').count()) > 0, 'ten megabytes are refused', 20_000);
  await done(page, /413|status of 4/);
  await own.stop();
});

test('S1: keys and tokens are in no page, answer, export, report or console', { timeout: 90_000 }, async () => {
  const own = await startGateway({ env: { AGT_LOGGING_BODIES: 'all' } });
  const canary = 'sk-canary-77777777777777777777';
  await own.api('POST', '/accounts', { provider: 'openai-compatible', label: 'canary', base_url: `${sim.url}/v1`, key: canary });
  const named = await own.api('POST', '/keys', { name: 'agent' });
  const page = await openPage(browser, own);
  const seen = [];
  page.on('response', async (reply) => seen.push(await reply.text().catch(() => '')));
  page.on('console', (message) => seen.push(message.text()));
  const { trace } = await own.ask('m', 'Hello', { headers: { authorization: `Bearer ${named.key}` } });
  await sim.script({ key: '*', model: 'bad', times: -1, script: { error: '401' } });
  const failed = await own.ask('bad', 'Hello', { headers: { authorization: `Bearer ${named.key}` } });
  for (const path of ['/', '/accounts', '/accounts/canary', '/accounts/canary/settings', '/proxy/keys', '/proxy/clients', `/monitor/${trace}`, `/monitor/${trace}?tab=client`, `/monitor/${trace}?tab=upstream`, `/monitor/${trace}?tab=upstream_reply`, `/monitor/${failed.trace}`, '/settings/security', '/settings/about']) {
    await visit(page, path);
    await page.waitForTimeout(200);
    seen.push(await page.content());
  }
  await visit(page, `/monitor/${failed.trace}`);
  await page.getByText('To the client:').waitFor();
  seen.push(await copied(page, () => page.getByRole('button', { name: 'Copy report' }).click(), 'the report is copied'));
  seen.push(JSON.stringify(await own.api('POST', '/accounts/export', { passphrase: 'a long passphrase' })));
  seen.push(own.said.err, own.said.out);
  const everything = seen.join('\n');
  assert.ok(everything.length > 100_000);
  for (const secret of [canary, named.key, own.admin.token, (await own.api('GET', '/settings/proxy.api_key?reveal=1')).value]) assert.ok(!everything.includes(secret), `${secret.slice(0, 8)}… is somewhere`);
  await page.context().close();
  await own.stop();
});

test('C1: the snippets of curl work as they are copied, and each wrong base URL is corrected or explained', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/proxy/clients?client=curl' });
  await page.getByRole('region', { name: /curl/ }).waitFor();
  await page.getByLabel('Model', { exact: true }).selectOption('demo');
  const snippet = await copied(page, () => page.locator('[class*=code] > button').first().click(), 'the snippet is copied');
  const run = spawnSync('bash', ['-c', snippet], { encoding: 'utf8', timeout: 20_000 });
  assert.equal(run.status, 0, run.stderr);
  assert.ok(JSON.parse(run.stdout).choices[0].message.content);
  const { clients } = await gateway.api('GET', '/clients');
  for (const client of clients) assert.ok(client.base_url.startsWith(gateway.proxy) && client.snippet.includes(client.base_url.replace(/\/v1$/, '')), client.name);
  const body = { openai: ['/chat/completions', '/v1/chat/completions/chat/completions', '/v1/v1/chat/completions'], anthropic: ['/v1/v1/messages', '/messages'] };
  for (const path of [...body.openai, ...body.anthropic]) {
    const { status, text, trace } = await gateway.ask('demo', 'Hi', { path, headers: { 'anthropic-version': '2023-06-01' } });
    const told = await gateway.api('GET', `/requests/${trace}/trace`);
    assert.ok(status === 200 ? told.correction : /base URL/.test(text), `${path}: ${status} ${text.slice(0, 200)}`);
  }
  await done(page);
});
