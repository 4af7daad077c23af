// The keyboard beyond the newcomer's path: dialogs give the focus back, sharing and sending again without a pointer,
// keys by their place on a Russian layout and while an input method composes, one registry behind sheet and handlers.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { openPage, startBrowser, startGateway, startSim, stopAll, until, visit } from './harness.mjs';

let browser;
let sim;
let gateway;
before(async () => {
  browser = await startBrowser();
  sim = await startSim();
  gateway = await startGateway();
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: 'first', base_url: `${sim.url}/v1`, key: 'good-key' });
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: 'second', base_url: `${sim.url}/v1`, key: 'good-key' });
  for (let i = 0; i < 5; i += 1) await gateway.ask('gpt-x', `Number ${i}`);
});
after(stopAll);

const isFocused = (locator) => locator.evaluate((it) => it === document.activeElement).catch(() => false);
async function tabTo(page, locator, most = 80) {
  for (let i = 0; i < most; i += 1) {
    if (await isFocused(locator)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${locator}`);
}
const blur = (page) => page.evaluate(() => document.activeElement?.blur());
// As a Russian layout sends it: the place of the key, and the letter that stands there.
const typed = (page, code, key, more = {}) => page.evaluate(([c, k, m]) => (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { code: c, key: k, bubbles: true, cancelable: true, ...m })), [code, key, more]);

async function done(page) {
  assert.deepEqual([...new Set(page.problems)], []);
  await page.context().close();
}

test('A4: every dialog takes the focus, keeps it, and gives it back to what opened it', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/accounts' });
  const openers = [
    ['/accounts', page.getByRole('button', { name: 'Add account' }).first()],
    ['/proxy/keys', page.getByRole('button', { name: 'Create key' })],
    ['/accounts', page.locator('header button').filter({ hasText: 'Search or run' })],
    ['/accounts', page.getByRole('button', { name: 'Keyboard shortcuts' })],
  ];
  for (const [path, opener] of openers) {
    await visit(page, path);
    await opener.waitFor();
    await tabTo(page, opener);
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    await until(() => dialog.evaluate((it) => it.contains(document.activeElement)), 'the focus is in the dialog');
    const [buttons] = [await dialog.locator('button, input, a[href]').count()];
    for (let i = 0; i < Math.min(buttons + 2, 40); i += 1) {
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog[open]')?.contains(document.activeElement)), 'the page behind gets no focus');
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.ok(await isFocused(opener), `the focus is back on the opener of ${path}`);
  }
  await done(page);
});

test('A4: sharing with the network, an account batch and sending again, by keyboard alone', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/proxy/access' });
  await tabTo(page, page.getByRole('radio', { name: /Only this computer/ }));
  await page.keyboard.press('ArrowDown');
  const sheet = page.locator('dialog[open]');
  await sheet.waitFor();
  await tabTo(page, sheet.getByRole('button', { name: 'Use these settings' }));
  await page.keyboard.press('Enter');
  await sheet.waitFor({ state: 'detached' });
  assert.ok(await page.getByRole('radio', { name: /^Automatic/ }).isChecked());
  await page.getByRole('button', { name: 'Discard' }).press('Enter');
  assert.ok(await page.getByRole('radio', { name: /Only this computer/ }).isChecked());

  await visit(page, '/accounts');
  await tabTo(page, page.locator('[data-open]').first());
  await page.keyboard.press('KeyX');
  await page.keyboard.press('KeyJ');
  await page.keyboard.press('Shift+KeyX');
  const group = page.getByRole('group', { name: 'Selected accounts' });
  await tabTo(page, group.getByRole('button', { name: 'Test' }));
  await page.keyboard.press('Enter');
  await page.locator('dialog[open]').getByText('2 of 2 done').waitFor();
  await page.keyboard.press('Escape');

  await visit(page, '/monitor');
  const grid = page.getByRole('grid');
  await grid.waitFor();
  await tabTo(page, grid);
  await page.keyboard.press('KeyJ');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/monitor/tr_*');
  await page.getByText('To the client:').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Actions' }));
  await page.keyboard.press('Enter');
  const again = page.getByRole('menuitem', { name: 'Send again' });
  await again.waitFor();
  for (let i = 0; i < 12 && !(await isFocused(again)); i += 1) await page.keyboard.press('ArrowDown');
  assert.ok(await isFocused(again), 'the arrows walk the menu');
  await page.keyboard.press('Escape');
  await again.waitFor({ state: 'hidden' });
  assert.ok(await isFocused(page.getByRole('button', { name: 'Actions' })), 'Escape closes the menu only');
  await done(page);
});

test('A5: keys go by their place on a Russian layout, and nothing fires while text is composed or written', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { language: 'ru', path: '/monitor' });
  const grid = page.getByRole('grid');
  await grid.waitFor();
  await grid.focus();
  await typed(page, 'KeyJ', 'о');
  await typed(page, 'KeyJ', 'о');
  const rows = await grid.getByRole('row').evaluateAll((all) => all.map((one) => one.id));
  assert.equal(await grid.getAttribute('aria-activedescendant'), rows[2], 'о on the key of J goes down');
  await typed(page, 'KeyK', 'л');
  assert.equal(await grid.getAttribute('aria-activedescendant'), rows[1]);
  await blur(page);
  await typed(page, 'KeyF', 'а');
  await page.getByRole('button', { name: 'Следить' }).waitFor();
  await typed(page, 'KeyF', 'а');
  await typed(page, 'Slash', '.');
  const filter = page.getByRole('combobox').or(page.getByRole('searchbox')).first();
  await until(() => page.evaluate(() => document.activeElement?.tagName === 'INPUT'), 'the slash goes to the filter');
  const at = page.url();
  for (const [code, key] of [['KeyG', 'п'], ['KeyD', 'в'], ['KeyF', 'а']]) await typed(page, code, key);
  assert.equal(page.url(), at, 'nothing fires while somebody writes');
  assert.ok(await filter.isVisible());
  await blur(page);
  for (const [code, key] of [['KeyG', 'g'], ['KeyD', 'd']]) await typed(page, code, key, { isComposing: true });
  await typed(page, 'KeyK', 'л', { isComposing: true, ctrlKey: true });
  await page.waitForTimeout(150);
  assert.equal(page.url(), at, 'nothing fires while text is composed');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  await typed(page, 'KeyK', 'л', { ctrlKey: true });
  await page.locator('dialog[open]').waitFor();
  await done(page);
});

test('D1: the sheet, the settings and the palette show what there is, all of it', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway);
  await page.keyboard.press('Shift+Slash');
  const sheet = page.locator('dialog[open]');
  await sheet.waitFor();
  const { readFileSync } = await import('node:fs');
  const registry = [...readFileSync(new URL('../../ui/src/shared/shortcuts.ts', import.meta.url), 'utf8').matchAll(/^ {2}\{ id: '([\w.]+)'/gm)].map((one) => one[1]);
  assert.ok(registry.length > 20);
  assert.equal(await sheet.locator('li').count(), registry.length, 'the sheet has every shortcut');
  await page.keyboard.press('Escape');

  const { settings } = await gateway.api('GET', '/settings');
  const shown = new Set();
  for (const section of ['proxy', 'security', 'scheduling', 'accounts', 'network', 'data', 'other']) {
    await visit(page, `/settings/${section}`);
    await page.waitForTimeout(80);
    for (const id of await page.locator('[id^="setting-"]').evaluateAll((all) => all.map((one) => one.id.slice(8)))) shown.add(id);
  }
  assert.deepEqual([...shown].sort(), settings.map((one) => one.name).sort(), 'every setting of the gateway has its row');
  await page.keyboard.press('Control+KeyK');
  const box = page.locator('dialog[open]').getByRole('combobox');
  for (const { name } of settings) {
    await box.fill(`/${name}`);
    await page.locator('dialog[open]').getByRole('option').first().waitFor();
  }
  await done(page);
});

test('A4: presets, an account that is gone, an export of some accounts, a recording and a wrong setting, by keyboard alone', { timeout: 60_000 }, async () => {
  await gateway.api('PUT', '/routes', { routes: [{ match: 'gpt-*', targets: ['first/*'] }] });
  const page = await openPage(browser, gateway, { path: '/proxy/routing?model=gpt-x' });
  await tabTo(page, page.getByRole('button', { name: 'Presets' }));
  await page.keyboard.press('Enter');
  const preset = page.getByRole('menuitem', { name: 'Claude names answered by Gemini' });
  await preset.waitFor();
  for (let i = 0; i < 12 && !(await isFocused(preset)); i += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByText('From the preset: new').first().waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Discard' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Explain, send nothing' }));
  await page.keyboard.press('Enter');
  const result = page.getByRole('region', { name: 'Result' });
  const gone = result.getByLabel('What if it were gone?').first();
  await gone.waitFor();
  await tabTo(page, gone);
  await page.keyboard.press('Space');
  await result.getByText('Nobody can serve').waitFor();

  await visit(page, '/accounts');
  await tabTo(page, page.locator('[data-open]').first());
  await page.keyboard.press('KeyX');
  const opener = page.getByRole('group', { name: 'Selected accounts' }).getByRole('button', { name: 'Export…' });
  await tabTo(page, opener);
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog[open]');
  await dialog.getByText('Export 1 account').waitFor();
  await page.keyboard.press('Enter');
  await dialog.getByText('Give a passphrase.').waitFor();
  await tabTo(page, dialog.getByLabel('Passphrase', { exact: true }));
  await page.keyboard.type('short');
  await page.keyboard.press('Enter');
  await until(() => dialog.getByLabel('Passphrase', { exact: true }).evaluate((it) => it.getAttribute('aria-invalid') === 'true' && it.value === 'short'), 'what is too short is refused at its field, and stays');
  await page.keyboard.type(' no longer, but long');
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const { readFileSync } = await import('node:fs');
  const text = readFileSync(await (await download).path(), 'utf8');
  await dialog.waitFor({ state: 'detached' });
  const judged = await gateway.api('POST', '/accounts/import/preview', { text, passphrase: 'short no longer, but long' });
  assert.deepEqual([judged.items.length, judged.routes], [1, 0], 'one account of two, and no rules unless asked for');

  await visit(page, '/monitor');
  await tabTo(page, page.getByRole('button', { name: 'Record', exact: true }));
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'All bodies for 5 minutes' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Everything is kept, prompts too').waitFor();
  assert.equal((await gateway.api('GET', '/recording')).on, true);
  await tabTo(page, page.getByRole('button', { name: 'Stop recording' }));
  await page.keyboard.press('Enter');
  await page.getByText('Bodies are not kept').waitFor();
  assert.equal((await gateway.api('GET', '/recording')).on, false);

  await visit(page, '/settings/data');
  await tabTo(page, page.getByRole('textbox', { name: 'OpenTelemetry collector' }));
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Control+KeyS');
  await until(() => page.getByRole('textbox', { name: 'OpenTelemetry collector' }).evaluate((it) => it.getAttribute('aria-invalid') === 'true'), 'a wrong address is refused at its field');
  await tabTo(page, page.getByRole('button', { name: 'Discard' }));
  await page.keyboard.press('Enter');
  await done(page);
});
