// The newcomer's path with nothing but the keyboard: fresh home → onboarding → account → client → first answer, live →
// the upstream fails → Trace → remedy → recovered. Once in English, once in Russian with a Russian layout's keys.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { openPage, startBrowser, startGateway, startSim, stopAll, until } from './harness.mjs';

let browser;
let sim;
before(async () => {
  browser = await startBrowser();
  sim = await startSim();
});
after(stopAll);

const focused = (page) => page.evaluate(() => {
  const it = document.activeElement;
  return { name: it?.getAttribute('aria-label') ?? it?.textContent?.trim() ?? '', tag: it?.tagName ?? '', text: it?.closest('[role=dialog],dialog')?.querySelector('h2')?.textContent ?? '' };
});

// Presses Tab until the control is reached; fails when the focus gets lost or is not visible.
async function tabTo(page, locator, most = 90) {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press('Tab');
    if (await locator.evaluate((it) => it === document.activeElement || it.contains(document.activeElement)).catch(() => false)) {
      const seen = await page.evaluate(() => {
        const it = document.activeElement;
        const box = it.getBoundingClientRect();
        const shown = getComputedStyle(it);
        const target = it.matches('input[type=radio]') ? it.parentElement : it;
        const ring = getComputedStyle(target);
        return { inView: box.bottom > 0 && box.top < innerHeight && box.width > 0, ring: ring.outlineStyle !== 'none' || shown.outlineStyle !== 'none' };
      });
      assert.ok(seen.inView, 'the focus is inside the window');
      assert.ok(seen.ring, 'the focus can be seen');
      return;
    }
  }
  assert.fail(`Tab does not lead to ${locator}; it is at ${JSON.stringify(await focused(page))}`);
}

const WORDS = {
  en: { next: 'Next', add: 'Add and test', answers: /It answers/, done: 'Done', works: 'It works.', failed: /was not answered/, why: /Provider overloaded/, remedy: 'Route elsewhere', rule: 'Add rule', match: 'Rule 1: model asked for', targets: 'Rule 1: where it goes', save: 'Save', saved: /saved and in force/, account: 'Key', label: 'Name', url: 'Base URL', finish: 'To the dashboard', good: /All good|needed a second|answered in 24 hours/ },
  ru: { next: 'Дальше', add: 'Добавить и проверить', answers: /Отвечает/, done: 'Готово', works: 'Работает.', failed: /остался без ответа/, why: /Поставщик перегружен/, remedy: 'Направить в другое место', rule: 'Добавить правило', match: 'Правило 1: запрошенная модель', targets: 'Правило 1: куда направить', save: 'Сохранить', saved: /сохранены и действуют/, account: 'Ключ', label: 'Имя', url: 'Base URL', finish: 'К обзору', good: /Всё хорошо|второй аккаунт|отвечено/ },
};

for (const language of ['en', 'ru']) {
  test(`a newcomer gets the first answer, sees a failure and mends it, by keyboard, in ${language}`, { timeout: 90_000 }, async () => {
    const w = WORDS[language];
    const gateway = await startGateway();
    const page = await openPage(browser, gateway, { language });
    const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    const button = (name) => page.getByRole('button', { name, exact: true });
    const link = (name) => page.getByRole('link', { name, exact: true });

    // A fresh home: the dashboard leads to the set-up.
    await tabTo(page, page.locator('main a[href="/welcome"]').first());
    await press('Enter');
    await page.waitForURL('**/welcome');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), language);

    // An account of the simulator, typed; first without an address: the error is at the field, nothing is cleared.
    const kind = page.locator('button', { hasText: 'openai-compatible' }).or(page.getByRole('button', { name: /^O OpenAI-compatible server|OpenAI-compatible server/ })).first();
    await kind.waitFor();
    await tabTo(page, kind);
    await press('Enter');
    const dialog = page.locator('dialog[open]');
    await dialog.waitFor();
    await tabTo(page, dialog.getByLabel(w.label, { exact: false }).first());
    await page.keyboard.type('sim');
    await tabTo(page, dialog.getByRole('button', { name: w.add }));
    await press('Enter');
    const address = dialog.getByLabel(w.url, { exact: false }).first();
    await until(() => address.getAttribute('aria-invalid'), 'the missing address is marked');
    assert.equal(await dialog.getByLabel(w.label, { exact: false }).first().inputValue(), 'sim', 'nothing is cleared');
    await tabTo(page, address);
    await page.keyboard.type(`${sim.url}/v1`);
    await tabTo(page, dialog.locator('input[type=password]'));
    await page.keyboard.type('any-key-at-all');
    await press('Enter');
    await dialog.getByText(w.answers).waitFor();
    await tabTo(page, dialog.getByRole('button', { name: w.done, exact: true }));
    await press('Enter');
    await dialog.waitFor({ state: 'detached' });
    assert.equal((await gateway.api('GET', '/accounts')).accounts[0].label, 'sim');

    // The client's step, and the first answer as it arrives.
    const step = async (name) => {
      await tabTo(page, page.locator(`a[href="/welcome/${name}"]`).first());
      await press('Enter');
      await page.waitForURL(`**/welcome/${name}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    };
    await step('client');
    const client = page.getByRole('tab', { name: 'Claude Code', exact: true });
    await tabTo(page, client);
    await press('ArrowDown');
    assert.equal(await page.getByRole('tab', { selected: true }).textContent(), 'Codex CLI');
    await tabTo(page, page.locator('pre + button').first());
    await press('Enter');
    // The clipboard is that of the browser: another page's text may still be in it.
    await until(async () => (await page.evaluate(() => navigator.clipboard.readText())).includes(`base_url = "${gateway.proxy}/v1"`), 'the snippet with this address is copied');
    await step('answer');
    const asked = gateway.ask('gpt-5.5', 'Hello');
    await page.getByText(w.works).waitFor({ timeout: 5000 });
    assert.equal((await asked).status, 200);

    // The upstream fails: the reason and the remedy are on the same page.
    await sim.script({ key: '*', model: 'gpt-5.5', times: -1, script: { error: 'openai_503' } });
    assert.equal((await gateway.ask('gpt-5.5', 'Hello')).status, 503);
    await page.getByText(w.failed).waitFor({ timeout: 5000 });
    await page.getByText(w.why).first().waitFor();
    await tabTo(page, link(w.remedy));
    await press('Enter');
    await page.waitForURL('**/proxy/routing**');

    // A rule sends the model elsewhere, and the next request is answered.
    await tabTo(page, button(w.rule));
    await press('Enter');
    await tabTo(page, page.getByLabel(w.match));
    await page.keyboard.type('gpt-5.5');
    await tabTo(page, page.getByLabel(w.targets));
    await page.keyboard.type('sim/gpt-other');
    await press('Control+KeyS');
    await page.getByText(w.saved).waitFor();
    assert.equal((await gateway.ask('gpt-5.5', 'Hello again')).status, 200);

    // The Monitor, by its chord (the physical keys, whatever the layout), has them all; the newest opens with Enter.
    await page.evaluate(() => document.activeElement?.blur());
    for (const [code, key] of [['KeyG', language === 'ru' ? 'п' : 'g'], ['KeyM', language === 'ru' ? 'ь' : 'm']]) {
      await page.evaluate(([c, k]) => document.body.dispatchEvent(new KeyboardEvent('keydown', { code: c, key: k, bubbles: true, cancelable: true })), [code, key]);
    }
    await page.waitForURL('**/monitor');
    const grid = page.getByRole('grid');
    await grid.waitFor();
    await until(async () => (await grid.getByRole('row').count()) >= 4, 'three requests are listed');
    await tabTo(page, grid);
    await press('KeyJ', 'Enter');
    await page.waitForURL('**/monitor/tr_*');
    await page.getByRole('tab', { selected: true }).waitFor();
    await press('BracketRight');
    await page.waitForURL('**tab=overview**');
    await press('Escape');
    await page.waitForURL((url) => url.pathname === '/monitor');

    await page.evaluate(() => document.activeElement?.blur());
    await press('KeyG', 'KeyD');
    await page.waitForURL((url) => url.pathname === '/');
    await page.getByText(w.good).first().waitFor({ timeout: 8000 }).catch(async (error) => { await page.screenshot({ path: '/tmp/walk-fail.png' }); throw error; });
    assert.deepEqual(page.problems.filter((one) => !one.includes('favicon')), []);
    await page.context().close();
    await gateway.stop();
    await fetch(`${sim.url}/sim/script`, { method: 'DELETE' });
  });
}

test('the language and the theme change on the spot, with a dialog open', { timeout: 30_000 }, async () => {
  const gateway = await startGateway();
  const page = await openPage(browser, gateway, { path: '/accounts?add=openai' });
  await page.locator('dialog[open] h2').waitFor();
  await page.locator('dialog[open] input').first().fill('kept');
  await page.evaluate(() => {
    localStorage.setItem('agt.ui.theme', 'dark');
    dispatchEvent(new StorageEvent('storage', { key: 'agt.ui.theme' }));
  });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  for (const [name, heading, lang] of [['Русский', 'Аккаунты', 'ru'], ['中文', '账号', 'zh-CN'], ['English', 'Accounts', 'en']]) {
    await page.getByRole('button', { name: /^(Language|Язык|语言)$/ }).click();
    await page.getByRole('menuitemradio', { name }).click();
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), lang);
  }
  assert.deepEqual(page.problems, []);
  await page.context().close();
  await gateway.stop();
});

test('an open port without keys cannot be made, and the guard turns the key check on', { timeout: 30_000 }, async () => {
  const gateway = await startGateway();
  const refused = await gateway.api('PATCH', '/settings', { 'proxy.allow_lan_access': true, 'proxy.auth_mode': 'off' }, false);
  assert.ok(refused.error, 'the gateway refuses');
  const page = await openPage(browser, gateway, { path: '/proxy/access' });
  await page.getByRole('radio', { name: /Also my network/ }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  assert.equal(await dialog.getByRole('radio', { name: /Off/ }).count(), 0, 'Off is not offered');
  await dialog.getByRole('button', { name: 'Use these settings' }).click();
  assert.ok(await page.getByRole('radio', { name: /^Automatic/ }).isChecked());
  await page.getByRole('radio', { name: /^Off/ }).check();
  assert.ok(await page.getByRole('radio', { name: /Only this computer/ }).isChecked(), 'without keys nobody else gets in');
  assert.deepEqual(page.problems, []);
  await page.context().close();
  await gateway.stop();
});

test('secrets are in the page only when they are asked for', { timeout: 30_000 }, async () => {
  const gateway = await startGateway();
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: 'canary', base_url: `${sim.url}/v1`, key: 'sk-canary-0123456789abcdef' });
  const page = await openPage(browser, gateway);
  const bodies = [];
  page.on('response', async (reply) => bodies.push(await reply.text().catch(() => '')));
  for (const path of ['/accounts', '/accounts/canary', '/accounts/canary/settings', '/proxy/keys', '/proxy/clients', '/settings/security', '/']) {
    await page.goto(gateway.admin.address + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(300);
    assert.ok(!(await page.content()).includes('canary-0123456789'), `${path} shows the key`);
  }
  assert.ok(!bodies.join('').includes('canary-0123456789'), 'an answer holds the key');
  const { value } = await gateway.api('GET', '/settings/proxy.api_key?reveal=1');
  assert.ok(!bodies.join('').includes(value), 'the primary key came unasked');
  await page.goto(`${gateway.admin.address}/proxy/keys`);
  await page.getByRole('button', { name: 'Reveal' }).click();
  await page.getByText(value).waitFor();
  await page.evaluate(() => dispatchEvent(new Event('blur')));
  await page.getByText(value).waitFor({ state: 'detached' });
  assert.deepEqual(page.problems, []);
  await page.context().close();
  await gateway.stop();
});

test('the page says so when the gateway is gone, and keeps what it showed', { timeout: 40_000 }, async () => {
  const gateway = await startGateway();
  const page = await openPage(browser, gateway, { path: '/accounts' });
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByText('No account yet').waitFor();
  await gateway.stop();
  await page.getByText('The gateway does not answer.').first().waitFor({ timeout: 15_000 });
  assert.ok(await page.getByText('No account yet').isVisible());
  await page.context().close();
});
