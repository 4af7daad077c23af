// What is limited and what is broken: the limits of a client's key, a page that may only look, a disk that is full, a
// database that was damaged.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { AXE, openPage, startBrowser, startGateway, stopAll, until, visit } from './harness.mjs';

let browser;
let gateway;
before(async () => {
  browser = await startBrowser();
  gateway = await startGateway({ env: { AGT_PROXY_AUTH_MODE: 'strict' } });
});
after(stopAll);

async function clean(page) {
  if (!(await page.evaluate(() => typeof window.axe === 'object'))) await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].target}`), []);
}
async function done(page, expected = /$./) {
  await clean(page);
  assert.deepEqual([...new Set(page.problems)].filter((one) => !expected.test(one)), []);
  await page.context().close();
}

test('U1: the limits of a key: wrong ones are refused at their fields, right ones hold at once', { timeout: 90_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/proxy/keys' });
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.locator('dialog[open]');
  const field = (name) => dialog.getByLabel(name, { exact: false });
  const submit = dialog.locator('button[type=submit]');
  await field('Name').fill('agent');
  await dialog.getByText('Limits', { exact: true }).click();
  for (const [name, values] of [['Requests per minute', ['-1', 'abc', '1.5', '1e3']], ['Requests at once', ['two']], ['Tokens per day', ['12,34', '99999999999999999999']], ['Networks', ['10.0.0.0/99', '192.168.1.7/24', 'home']]]) {
    for (const wrong of values) {
      await field(name).fill(wrong);
      await submit.click();
      await until(() => field(name).getAttribute('aria-invalid'), `${name}: ${wrong} is refused`);
      assert.equal(await field(name).inputValue(), wrong);
      assert.equal(await field('Name').inputValue(), 'agent', 'nothing is cleared');
      assert.deepEqual((await gateway.api('GET', '/keys')).keys, [], 'nothing is saved');
    }
    await clean(page);
    await field(name).fill('');
  }
  await field('Models').fill('demo, claude-*');
  await field('Tokens per day').fill('10 000');
  await submit.click();
  const key = await dialog.locator('code').textContent();
  await dialog.getByRole('button', { name: 'Done' }).click();
  const made = (await gateway.api('GET', '/keys')).keys[0];
  assert.deepEqual([made.models, made.tokens_per_day, made.requests_per_minute], [['demo', 'claude-*'], 10_000, undefined]);
  const use = async (model) => (await gateway.ask(model, 'Hi', { headers: { authorization: `Bearer ${key}` } })).status;
  assert.deepEqual([await use('demo'), await use('gpt-5')], [200, 403]);
  const row = page.getByRole('row', { name: /agent/ });
  await page.reload();
  await row.getByText(/\d+ of 10K tokens today/).waitFor();

  // Two windows: only what differs is sent.
  await row.getByRole('button', { name: 'Limits of agent' }).click();
  await gateway.api('PATCH', '/keys/agent', { concurrency: 3 });
  assert.equal(await field('Models').inputValue(), 'demo, claude-*');
  await field('Networks').fill('10.0.0.0/99');
  await submit.click();
  await until(() => field('Networks').getAttribute('aria-invalid'), 'a wrong network is refused');
  await field('Networks').fill('127.0.0.0/8');
  await field('Models').fill('');
  await field('Requests per minute').fill('2');
  await field('Ends').selectOption('7');
  await submit.click();
  await until(async () => (await page.locator('dialog[open]').count()) === 0, 'the dialog closes');
  const now = (await gateway.api('GET', '/keys')).keys[0];
  assert.deepEqual([now.models, now.networks, now.requests_per_minute, now.concurrency, now.tokens_per_day], [undefined, ['127.0.0.0/8'], 2, 3, 10_000]);
  assert.ok(Math.abs(now.expires_ms - Date.now() - 7 * 86_400_000) < 60_000);
  await row.getByText('2 per minute').waitFor();
  assert.ok([await use('demo'), await use('demo'), await use('demo')].includes(429), 'the rate holds');
  await done(page);
});

test('a page that may only look shows everything, changes nothing and sees no key', { timeout: 60_000 }, async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  await page.goto((await gateway.api('POST', '/login/link', { rights: 'view' })).url);
  await page.getByText('This page may look at everything and change nothing.').waitFor();
  for (const [path, name] of [['/accounts', 'Add account'], ['/proxy', 'Stop'], ['/proxy/keys', 'Create key'], ['/proxy/keys', 'Reveal'], ['/proxy/keys', 'Copy key'], ['/proxy/routing', 'Add rule']]) {
    await visit(page, path);
    const button = page.getByRole('button', { name, exact: true }).first();
    await button.waitFor();
    assert.ok(await button.isDisabled(), `${name} is not offered on ${path}`);
  }
  // What the page would not do, its token cannot either.
  const refused = await page.evaluate(async () => {
    const headers = { authorization: `Bearer ${sessionStorage.getItem('agt.token')}`, 'content-type': 'application/json' };
    const ask = async (method, path, body) => {
      const reply = await fetch(`/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return [reply.status, (await reply.json()).error?.code];
    };
    return [await ask('GET', '/status'), await ask('POST', '/keys', { name: 'x' }), await ask('GET', '/settings/proxy.api_key?reveal=1'), await ask('POST', '/login/link', {}), await ask('POST', '/proxy/stop')];
  });
  assert.deepEqual(refused, [[200, undefined], [403, 'view_only'], [403, 'view_only'], [403, 'view_only'], [403, 'view_only']]);
  // The keyboard asks, is refused, and the page says what to do.
  await visit(page, '/');
  await page.keyboard.press('Control+.');
  await page.getByText(/Sign in with the right to change things/).waitFor();
  assert.equal((await gateway.api('GET', '/status')).proxy.running, true);
  await done(page);
});

const canMount = process.getuid() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

test('F2: a full disk is told within seconds, requests go on, and with room again all is well without a reload', { timeout: 90_000, skip: canMount ? false : 'needs a mount namespace' }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'agt-ui-'));
  const own = await startGateway({ home, mounted: '16m', env: { AGT_LOGGING_BODIES: 'all' } });
  const page = await openPage(browser, own, { path: '/settings/network' });
  const marker = await page.evaluate(() => performance.timeOrigin);
  const filler = join(own.seen, 'filler');
  const full = openSync(filler, 'w', 0o600);
  for (const size of [1 << 20, 4096, 1]) {
    try {
      for (;;) writeSync(full, Buffer.alloc(size));
    } catch (error) {
      assert.equal(error.code, 'ENOSPC');
    }
  }
  closeSync(full);
  const warning = page.getByText('Requests are not being recorded:');
  for (let i = 0; i < 60 && (await warning.count()) === 0; i += 1) assert.equal((await own.ask('demo', 'x'.repeat(5000))).status, 200);
  await warning.waitFor({ timeout: 8000 });

  // What cannot be stored is refused, and stays in the form.
  const field = page.getByLabel('Connection timeout');
  await field.fill('17');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: /disk|full|space|write/i }).first().waitFor();
  assert.equal(await field.inputValue(), '17');
  rmSync(filler);
  await page.getByRole('button', { name: 'Save' }).click();
  await until(async () => (await own.api('GET', '/settings/network.connect_timeout_s')).value === 17, 'it is saved now');
  await until(async () => (await own.ask('demo', 'Hi')).status === 200 && (await warning.count()) === 0, 'the warning goes', 15_000);
  assert.equal(await page.evaluate(() => performance.timeOrigin), marker, 'without a reload');
  await done(page, /status of 5/);
  await own.stop();
});

test('F2: a database that was damaged is told, with what is used now and where the old one is', { timeout: 60_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'agt-ui-'));
  const first = await startGateway({ home });
  await first.ask('demo', 'before');
  await first.stop();
  writeFileSync(join(home, 'data', 'ledger.db'), Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(5000, 7)]));
  const own = await startGateway({ home });
  const page = await openPage(browser, own);
  await page.getByText('The record of requests was damaged.').waitFor();
  const kept = await page.locator('code', { hasText: 'ledger.db.corrupt-' }).first().textContent();
  assert.ok(readFileSync(kept).includes('SQLite format 3'));
  assert.equal((await own.ask('demo', 'after')).status, 200);
  await visit(page, '/monitor');
  await until(async () => (await page.getByRole('row').count()) > 1, 'requests are recorded again');
  await done(page);
  await own.stop();
});
