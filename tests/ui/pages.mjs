// What the pages do: live rows, Follow and Hold, bodies, starting and stopping, rules by keyboard, batches, import.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { copied, openPage, startBrowser, startGateway, startSim, stopAll, until, visit } from './harness.mjs';

let browser;
let sim;
let gateway;
before(async () => {
  browser = await startBrowser();
  sim = await startSim();
  gateway = await startGateway();
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: 'first', base_url: `${sim.url}/v1`, key: 'good-key', priority: 2 });
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: 'second', base_url: `${sim.url}/v1`, key: 'bad-key' });
});
after(stopAll);

async function done(page) {
  assert.deepEqual([...new Set(page.problems)], []);
  await page.context().close();
}

test('rows appear as they happen; Hold counts them, Follow shows them; the same row stays in its place', { timeout: 60_000 }, async () => {
  for (let i = 0; i < 60; i += 1) await gateway.ask('demo', `Number ${i}`);
  const page = await openPage(browser, gateway, { path: '/monitor' });
  const grid = page.getByRole('grid');
  await grid.waitFor();
  const first = grid.getByRole('row').nth(1);
  const { trace } = await gateway.ask('demo', 'now');
  await until(async () => (await first.getAttribute('id')) === `row-${trace}`, 'the new request is the first row', 3000);
  assert.ok((await grid.getByRole('row').count()) < 64, 'only what is seen is in the document');
  assert.equal(await grid.getAttribute('aria-rowcount'), '62');
  await grid.evaluate((it) => it.scrollTo(0, 320));
  await page.waitForTimeout(100);
  const at = () => page.evaluate(() => document.elementFromPoint(innerWidth / 2, 400)?.closest('[role=row]')?.id);
  const before = await at();
  assert.ok(before?.startsWith('row-'), 'a row is under the middle');
  for (let i = 0; i < 5; i += 1) await gateway.ask('demo', 'more');
  await page.getByRole('button', { name: '5 new' }).waitFor({ timeout: 3000 });
  assert.equal(await at(), before, 'nothing moved');
  await page.getByRole('button', { name: '5 new' }).click();
  await until(async () => (await grid.evaluate((it) => it.scrollTop)) === 0, 'it is at the top again');
  await until(async () => (await grid.getAttribute('aria-rowcount')) === '67', 'and has all rows');
  await done(page);
});

test('bodies are kept when it is said so, and a request can be copied and sent again', { timeout: 60_000 }, async () => {
  await gateway.api('PATCH', '/settings', { 'logging.bodies': 'all' });
  const { trace } = await gateway.ask('gpt-x', 'A question to be kept');
  const page = await openPage(browser, gateway, { path: `/monitor/${trace}?tab=client` });
  await page.getByText('A question to be kept').waitFor();
  await page.getByRole('tab', { name: 'Upstream reply' }).click();
  await page.getByText('Echo: A question to be kept').first().waitFor();
  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.getByText('passed through unchanged').waitFor();
  await page.locator('aside h2').last().focus();
  const command = await copied(page, () => page.keyboard.press('KeyC'), 'the command is copied');
  assert.match(command, new RegExp(`^curl ${gateway.proxy}/v1/chat/completions`));
  assert.match(command, /GATEWAY_KEY/);
  assert.match(command, /A question to be kept/);
  const count = (await gateway.api('GET', '/requests?limit=200')).requests.length;
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Send again' }).click();
  await page.locator('dialog[open]').getByRole('button', { name: 'Send again' }).click();
  await page.getByText('Sent again: answered 200.').waitFor();
  await until(async () => (await gateway.api('GET', '/requests?limit=200')).requests.length === count + 1, 'it went through the gateway');
  await done(page);
});

test('the proxy is stopped and started from the page, and the self-test says what it finds', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/proxy' });
  await page.getByRole('button', { name: 'Self-test' }).click();
  await page.getByText("The clients' port works").waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('Stopped', { exact: true }).first().waitFor();
  await page.getByText('Proxy stopped').waitFor();
  await assert.rejects(fetch(`${gateway.proxy}/healthz`));
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText('Running', { exact: true }).first().waitFor();
  assert.equal((await fetch(`${gateway.proxy}/healthz`)).status, 200);
  await done(page);
});

test('rules are moved by keyboard, and one that is never reached is named', { timeout: 60_000 }, async () => {
  await gateway.api('PUT', '/routes', { routes: [{ match: 'a-*', targets: ['first/*'] }, { match: 'a-1', targets: ['second/*'] }] });
  const page = await openPage(browser, gateway, { path: '/proxy/routing' });
  await page.getByText('Never reached: rule 1 matches first.').waitFor();
  await page.getByLabel('Rule 2: model asked for').focus();
  await page.keyboard.press('Alt+ArrowUp');
  await until(async () => (await page.getByLabel('Rule 1: model asked for').inputValue()) === 'a-1', 'it moved up');
  assert.equal(await page.getByText(/Never reached/).count(), 0);
  await page.keyboard.press('Control+KeyS');
  await page.getByText('saved and in force').waitFor();
  assert.deepEqual((await gateway.api('GET', '/routes')).routes.map((one) => one.match), ['a-1', 'a-*']);
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.keyboard.press('Control+KeyS');
  const wrong = page.getByLabel('Rule 3: model asked for');
  await until(async () => (await wrong.getAttribute('aria-invalid')) === 'true', 'the empty rule is marked by the server’s word');
  await page.getByRole('button', { name: 'Discard' }).click();
  await done(page);
});

test('a preset is a proposal, and a dry run asks what if an account were gone', { timeout: 60_000 }, async () => {
  await gateway.api('PUT', '/routes', { routes: [{ match: 'claude-*', targets: ['demo/demo'] }] });
  const page = await openPage(browser, gateway, { path: '/proxy/routing?model=claude-x' });
  await page.getByRole('button', { name: 'Presets' }).click();
  await page.getByRole('menuitem', { name: 'Claude names answered by Gemini' }).click();
  await page.getByText('From the preset: new').waitFor();
  await page.getByText('From the preset: was demo/demo').waitFor();
  assert.equal(await page.getByLabel('Rule 1: model asked for').inputValue(), 'claude-*haiku*');
  assert.equal((await gateway.api('GET', '/routes')).routes.length, 1, 'nothing is saved yet');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('saved and in force').waitFor();
  const used = await gateway.api('POST', '/routes/presets/claude-on-gemini', {});
  assert.deepEqual(used.changes.map((one) => one.kind), ['unchanged', 'unchanged'], 'the gateway lays it in the same way');

  await gateway.api('PUT', '/routes', { routes: [{ match: 'claude-*', targets: ['demo/demo'] }] });
  const tester = page.getByRole('region', { name: 'Result' });
  await page.getByRole('button', { name: 'Explain, send nothing' }).click();
  await tester.getByText('would go to').waitFor();
  await tester.getByLabel('What if it were gone?').first().check();
  await tester.getByText('Nobody can serve').waitFor();
  await tester.getByLabel('What if it were gone?').first().uncheck();
  await tester.getByText('would go to').waitFor();
  await done(page);
});

test('a batch has a result for each account', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/accounts' });
  await page.getByRole('checkbox', { name: /Select all/ }).check();
  await page.getByRole('group', { name: 'Selected accounts' }).getByRole('button', { name: 'Test' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByText('1 of 2 done, 1 failed').waitFor();
  await dialog.getByText(/Key rejected/).waitFor();
  await dialog.getByRole('button', { name: 'Retry the failed one' }).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await done(page);
});

test('settings: a wrong value is refused at its field, a change elsewhere is told, nothing is lost', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/settings/network' });
  const field = page.getByLabel('Connection timeout');
  await field.fill('99999');
  await page.getByRole('button', { name: 'Save' }).click();
  await until(() => field.getAttribute('aria-invalid'), 'the field is marked');
  assert.equal(await field.inputValue(), '99999');
  await field.fill('21');
  await gateway.api('PATCH', '/settings', { 'network.connect_timeout_s': 33 });
  await page.getByText('Changed elsewhere meanwhile.').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  const { settings } = await gateway.api('GET', '/settings');
  assert.equal(settings.find((one) => one.name === 'network.connect_timeout_s').value, 21);
  await done(page);
});

test('an import is looked at first, and each item has its result', { timeout: 60_000 }, async (t) => {
  if (!(await gateway.api('GET', '/openapi.json')).paths['/accounts/import/preview']) return t.skip('this gateway has no import');
  const page = await openPage(browser, gateway, { path: '/accounts?add=import' });
  const dialog = page.locator('dialog[open]');
  await dialog.getByLabel('Content of the file').fill('1//0abcdefghijklmnopqrstuvwxyz\nya29.an-access-token-is-none\n');
  await dialog.getByText('Passphrase and OAuth client').click();
  await dialog.getByLabel('Client id').fill('my-own-client');
  await dialog.getByRole('button', { name: 'Look first' }).click();
  await dialog.getByText('1 to add · 1 not usable').waitFor();
  await dialog.getByText(/looks like an access token/).waitFor();
  await visit(page, '/settings/accounts');
  await done(page);
});

test('the command palette finds pages, settings, accounts and requests', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { language: 'ru' });
  const find = async (words) => {
    await page.keyboard.press('Control+KeyK');
    const box = page.locator('dialog[open]').getByRole('combobox');
    await box.fill(words);
    await page.locator('dialog[open]').getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  };
  await find('монит');
  await page.waitForURL('**/monitor');
  await find('monitor');
  await page.waitForURL('**/monitor');
  await find('@second');
  await page.waitForURL('**/accounts/acc_*');
  await find('/ca_file');
  await page.waitForURL('**/settings?find=network.ca_file');
  await page.getByText('Свой центр сертификации').first().waitFor();
  await done(page);
});
