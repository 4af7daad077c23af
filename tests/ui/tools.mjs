// What a page does for people beyond showing: a client's files written and put back, two requests compared, one saved as
// an archive, the time when capacity comes back, the address as a code for a phone.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { AXE, openPage, startBrowser, startGateway, startSim, stopAll, visit } from './harness.mjs';

const user = mkdtempSync(join(tmpdir(), 'agt-user-'));
let browser;
let sim;
let gateway;
before(async () => {
  browser = await startBrowser();
  sim = await startSim();
  gateway = await startGateway({ env: { HOME: user, AGT_LOGGING_BODIES: 'all' } });
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: 'work', base_url: `${sim.url}/v1`, key: 'good-key', models: ['gpt-x'] });
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: 'limited', base_url: `${sim.url}/v1`, key: 'x-sim:error=openai_429_rate', models: ['gpt-limited'] });
});
after(async () => {
  await stopAll();
  rmSync(user, { recursive: true, force: true });
});

async function done(page) {
  if (!(await page.evaluate(() => typeof window.axe === 'object'))) await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].target}`), []);
  assert.deepEqual([...new Set(page.problems)], []);
  await page.context().close();
}

test('C2: the files of a client are shown as they would change, written with a backup, and put back byte for byte', { timeout: 60_000 }, async () => {
  const file = join(user, '.claude/settings.json');
  const before = '{\r\n  // mine\r\n  "theme": "dark",\r\n  "env": {"FOO": "1"},\r\n}\r\n';
  mkdirSync(join(user, '.claude'));
  writeFileSync(file, before);
  const page = await openPage(browser, gateway, { path: '/proxy/clients?client=claude-code' });
  await page.getByText('not connected', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Write it for me…' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByText(/ANTHROPIC_BASE_URL/).first().waitFor();
  const { value } = await gateway.api('GET', '/settings/proxy.api_key?reveal=1');
  assert.ok(!(await dialog.textContent()).includes(value), 'the preview shows no key');
  assert.equal(readFileSync(file, 'utf8'), before, 'looking changes nothing');
  await dialog.getByRole('button', { name: 'Write', exact: true }).click();
  await page.getByText('connected', { exact: true }).waitFor();
  const written = readFileSync(file, 'utf8');
  assert.ok(written.includes(gateway.proxy) && written.includes('// mine') && written.includes('"FOO"') && written.includes(value));
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await page.getByText('not connected', { exact: true }).waitFor();
  assert.equal(readFileSync(file, 'utf8'), before);

  // A file that cannot be read as what it should be is left alone, and the page says why.
  writeFileSync(file, '{ "env": [');
  await visit(page, '/proxy/clients?client=codex');
  await visit(page, '/proxy/clients?client=claude-code');
  await page.waitForTimeout(5200);
  await visit(page, '/proxy/clients?client=codex');
  await visit(page, '/proxy/clients?client=claude-code');
  await page.getByRole('button', { name: 'Write it for me…' }).click();
  await dialog.getByText(/settings\.json.*Nothing was changed/).waitFor();
  assert.ok(await dialog.getByRole('button', { name: 'Write', exact: true }).isDisabled());
  assert.equal(readFileSync(file, 'utf8'), '{ "env": [');
  await page.keyboard.press('Escape');
  page.problems = page.problems.filter((one) => !one.includes('status of 5'));
  await done(page);
});

test('two requests are compared, and one is saved as an archive with its bodies and without a key', { timeout: 60_000 }, async () => {
  const first = await gateway.ask('gpt-x', 'The first question');
  const second = await gateway.ask('gpt-limited', 'The second question', { headers: { authorization: 'Bearer sk-client-secret-1' } });
  const page = await openPage(browser, gateway, { path: `/monitor/${first.trace}?tab=overview` });
  await page.getByText('passed through unchanged').waitFor();
  const act = async (name) => {
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await act('Pin to compare');
  await page.getByText(/Pinned: open another/).waitFor();
  await visit(page, `/monitor/${second.trace}?pin=${first.trace}&tab=compare`);
  const table = page.getByRole('region', { name: 'Compare' }).locator('table');
  await table.waitFor();
  assert.match(await table.locator('thead').textContent(), new RegExp(`${first.trace}.*${second.trace}`));
  const status = await table.locator('tr', { hasText: 'Status' }).textContent();
  assert.match(status, /200.*429.*differs/);
  assert.doesNotMatch(await table.locator('tr', { hasText: 'Asked' }).first().textContent(), /differs/);
  const saved = page.waitForEvent('download');
  await act('Save as HAR');
  const download = await saved;
  assert.equal(download.suggestedFilename(), `${second.trace}.har`);
  const text = readFileSync(await download.path(), 'utf8');
  const { log } = JSON.parse(text);
  assert.equal(log.version, '1.2');
  assert.equal(log.entries[0].response.status, 429);
  assert.match(log.entries[0].request.postData.text, /The second question/);
  assert.ok(log.entries[0].request.headers.length > 1);
  assert.ok(!text.includes('sk-client-secret-1'), 'no key');
  await done(page);
});

test('Accounts shows when capacity comes back, in lanes and in words', { timeout: 60_000 }, async () => {
  await gateway.ask('gpt-limited', 'Hello');
  const page = await openPage(browser, gateway, { path: '/accounts' });
  await page.getByRole('button', { name: 'Capacity' }).click();
  const lanes = page.getByRole('region', { name: 'When capacity comes back' });
  await lanes.waitFor();
  const row = lanes.locator('tr', { hasText: 'limited' });
  assert.match(await row.textContent(), /gpt-limited rests · 0:[0-2]\d|all rests/);
  const [account] = (await gateway.api('GET', '/accounts')).accounts.filter((one) => one.label === 'limited');
  assert.ok(account.rests[0].remaining_ms > 0);
  const width = await row.locator('i[data-kind=rest]').evaluate((it) => it.getBoundingClientRect().width);
  assert.ok(width >= 4);
  await page.getByRole('button', { name: '6 h' }).click();
  await page.waitForURL('**span=6h**');
  assert.match(await lanes.locator('tr', { hasText: 'work' }).textContent(), /not reported|reset|\?|%/);
  await done(page);
});

test('a client key is replaced with an overlap, and one that ends says when', { timeout: 60_000 }, async () => {
  const own = await startGateway({ env: { AGT_PROXY_AUTH_MODE: 'strict' } });
  const old = await own.api('POST', '/keys', { name: 'agent' });
  const works = async (key) => (await own.ask('demo', 'Hi', { headers: { authorization: `Bearer ${key}` } })).status;
  const page = await openPage(browser, own, { path: '/proxy/keys' });
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('Name').fill('short');
  await dialog.getByLabel('Ends').selectOption('7');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const short = await dialog.locator('code').textContent();
  await dialog.getByRole('button', { name: 'Done' }).click();
  assert.match(await page.getByRole('row', { name: /short/ }).textContent(), /6 d|7 d|16[78] h/);
  await page.getByRole('button', { name: 'Replace the key agent' }).click();
  await dialog.getByRole('button', { name: 'Make a new key' }).click();
  const fresh = await dialog.locator('code').textContent();
  assert.match(fresh, /^sk-/);
  assert.notEqual(fresh, old.key);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByText('agent (old)', { exact: true }).waitFor();
  assert.deepEqual([await works(fresh), await works(old.key), await works(short), await works('sk-nobody')], [200, 200, 200, 401]);
  const last = await own.api('POST', '/keys/agent/rotate', { overlap_hours: 0 });
  assert.deepEqual([await works(fresh), await works(last.key)], [401, 200]);
  await done(page);
  await own.stop();
});

test('while others may come in, the address stands as text and as a code', { timeout: 60_000 }, async () => {
  const own = await startGateway();
  await own.api('PATCH', '/settings', { 'proxy.allow_lan_access': true, 'proxy.auth_mode': 'auto' });
  const { own_addresses: addresses } = await own.api('GET', '/proxy');
  const page = await openPage(browser, own, { path: '/proxy/access' });
  if (addresses.some((one) => !one.loopback && !one.address.startsWith('fe80'))) {
    const code = page.getByRole('img', { name: /Address as a QR code: http:\/\// });
    await code.waitFor();
    assert.ok((await code.locator('path').getAttribute('d')).length > 500);
    assert.ok(!(await code.getAttribute('aria-label')).includes('sk-'));
  }
  await done(page);
  await own.stop();
});
