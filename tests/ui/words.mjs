// Words that are half as long again, with marks at both ends, and a page that runs from right to left: what is cut off,
// laid over something else or wider than its place shows here before a translator meets it. And the language changes on
// the spot, with what the gateway refuses told in it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { openPage, ROOT, startBrowser, startGateway, startSim, stopAll, until, visit } from './harness.mjs';
import { seed } from './seed.mjs';

let browser;
let sim;
let gateway;
let trace;
before(async () => {
  browser = await startBrowser();
  sim = await startSim();
  gateway = await startGateway();
  await seed(gateway, sim);
  trace = (await gateway.api('GET', '/requests?failures=1&limit=20')).requests.find((one) => one.attempts > 1).id;
});
after(stopAll);

const PAGES = ['/', '/accounts', '/accounts?add=kind', '/accounts?add=anthropic', '/accounts?add=import', '/accounts/limited', '/accounts/work/settings', '/proxy/access', '/proxy/clients', '/proxy/keys',
  '/proxy/routing?model=claude-x', '/proxy/limits', '/monitor', '/monitor/TRACE', '/monitor/TRACE?tab=overview', '/monitor/TRACE?tab=timing', '/stats', '/settings/general', '/settings/network', '/settings/accounts', '/settings/data', '/settings/about', '/welcome/account', '/welcome/client'];

const ACCENTS = { a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', y: 'ý', A: 'Á', E: 'É', O: 'Ó', c: 'ç', n: 'ñ' };
function pseudo(text) {
  const parts = text.split(/({{[^}]*}})/);
  const said = parts.map((part) => (part.startsWith('{{') ? part : part.replace(/[a-zA-Z]/g, (letter) => ACCENTS[letter] ?? letter))).join('');
  const letters = text.replace(/{{[^}]*}}/g, '').length;
  const more = ' ñéxt wórd óf ít ís hére ánd ón'.repeat(20).slice(0, Math.ceil(letters * 0.4)).trimEnd();
  return `[${said}${more ? ` ${more.trim()}` : ''}]`;
}
// Stands in for the Russian words, whose plural forms are made from the English ones.
function pseudoModule() {
  const folder = join(ROOT, 'ui/src/i18n/en');
  const words = Object.assign({}, ...readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))));
  const out = {};
  for (const [key, text] of Object.entries(words)) {
    out[key] = pseudo(text);
    if (key.endsWith('_other')) for (const form of ['few', 'many']) out[key.replace(/other$/, form)] = pseudo(text);
  }
  return `const words = ${JSON.stringify(out)}; export { words as default, words as t, words as n };`;
}

// What holds text and does not scroll must hold all of it; ".cut" ends in an ellipsis on purpose and says so elsewhere.
const LOOK = () => {
  const found = [];
  const main = document.querySelector('main') ?? document.documentElement;
  const wide = Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth);
  if (wide > 1) {
    const room = main.getBoundingClientRect();
    const beyond = [...main.querySelectorAll('*')].filter((it) => !it.parentElement.closest('[class*=tableWrap]') && (it.getBoundingClientRect().right > room.right + 1 || it.getBoundingClientRect().left < room.left - 1));
    found.push(`the page is ${wide} px too wide: ${beyond.slice(0, 3).map((it) => `${it.tagName}.${it.className}`).join(', ')}`);
  }
  const scope = document.querySelector('dialog[open]') ?? document.body;
  for (const it of scope.querySelectorAll('button, a, label, h1, h2, h3, th, td, dt, dd, legend, summary, p, li, strong, small')) {
    const style = getComputedStyle(it);
    const box = it.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || style.visibility === 'hidden' || it.closest('.cut, .visually-hidden, [class*=skip], svg, pre') || it.classList.contains('cut')) continue;
    if (style.display === 'inline' || style.overflowX === 'auto' || style.overflowX === 'scroll') continue;
    if (style.overflow !== 'visible' && style.textOverflow === 'ellipsis') continue;
    if (it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 0 && !it.querySelector('.cut, pre, table')) found.push(`${it.tagName} "${it.textContent.trim().slice(0, 40)}" is ${it.scrollWidth - it.clientWidth} px wider than its box`);
  }
  // What can be pressed is not under something else that can be.
  for (const it of scope.querySelectorAll('button, a[href], input, select, textarea')) {
    const box = it.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (box.width < 4 || x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
    const top = document.elementFromPoint(x, y)?.closest('button, a[href], input, select, textarea');
    if (top && top !== it && !it.contains(top) && !top.contains(it) && !top.closest('aside[class*=drawer], footer, [class*=foot]')) found.push(`"${it.textContent.trim().slice(0, 30) || it.getAttribute('aria-label')}" is under "${top.textContent.trim().slice(0, 30)}"`);
  }
  return found;
};

for (const look of [{ width: 1280, height: 800 }, { width: 900, height: 700 }, { width: 1280, height: 800, rtl: true }, { width: 640, height: 800, rtl: true }]) {
  test(`I2: nothing is cut off or covered in long words: ${JSON.stringify(look)}`, { timeout: 120_000 }, async () => {
    const context = { viewport: { width: look.width, height: look.height } };
    const page = await openPage(browser, gateway, { ...look, context });
    await page.route('**/assets/ru-*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: pseudoModule() }));
    await page.evaluate(() => localStorage.setItem('agt.ui.language', 'ru'));
    await page.reload();
    await page.waitForSelector('main');
    await until(() => page.evaluate(() => document.body.textContent.includes('[Dáshbóárd')), 'the long words are shown');
    if (look.rtl) await page.evaluate(() => { document.documentElement.dir = 'rtl'; });
    const found = [];
    for (const path of PAGES) {
      await visit(page, path.replace('TRACE', trace));
      await page.waitForTimeout(200);
      for (const one of await page.evaluate(LOOK)) found.push(`${path}: ${one}`);
    }
    assert.deepEqual([...new Set(found)], []);
    await page.context().close();
  });
}

test('I3: the language changes with a dialog open, nothing is lost, and a refusal is told in it', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/accounts?add=openai-compatible' });
  const dialog = page.locator('dialog[open]');
  await dialog.locator('input').first().fill('kept');
  const second = await page.context().newPage();
  await second.goto(`${gateway.admin.address}/settings/general`);
  for (const [button, lang, alphabet, title] of [['Русский', 'ru', /[а-я]{4}/i, 'Добавить'], ['中文', 'zh-CN', /[\u4e00-\u9fff]{3}/, '添加'], ['English', 'en', /^[\x20-\x7e]+$/, 'Add']]) {
    await second.getByRole('button', { name: button, exact: true }).click();
    await until(async () => (await page.evaluate(() => document.documentElement.lang)) === lang, `the other tab speaks ${lang}`);
    await until(async () => (await dialog.locator('h2').textContent()).startsWith(title), 'the dialog too');
    assert.equal(await dialog.locator('input').first().inputValue(), 'kept');
    await dialog.locator('button[type=submit]').click();
    const said = await until(() => dialog.locator('[role=alert]').first().textContent().catch(() => ''), 'the refusal is told');
    assert.match(said, alphabet);
    assert.doesNotMatch(said, /schema|internal_|_unknown/, 'no code instead of words');
  }
  assert.deepEqual([...new Set(page.problems)], []);
  await page.context().close();
});
