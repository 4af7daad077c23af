// axe on every page and theme, the content is really there (not only in the tree), and nothing is wider than the window.
import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { AXE, openPage, startBrowser, startGateway, startSim, stopAll, visit } from './harness.mjs';
import { seed } from './seed.mjs';

let browser;
let sim;
let full;
let fresh;
let trace;
before(async () => {
  browser = await startBrowser();
  sim = await startSim();
  full = await startGateway();
  fresh = await startGateway();
  await seed(full, sim);
  const failed = await full.api('GET', '/requests?failures=1&limit=20');
  trace = failed.requests[0].id;
});
after(stopAll);

// path, and what must be seen there
const FULL = {
  '/': 'Newest requests',
  '/accounts': 'anna@example.org',
  '/accounts?add=kind': 'Compatible services',
  '/accounts?add=anthropic': 'Only these models',
  '/accounts?add=oauth': '',
  '/accounts?add=tokens': '',
  '/accounts?add=import': 'Choose a file',
  '/accounts/limited': 'Address',
  '/accounts/work/requests': 'gpt-5.5',
  '/accounts/work/settings': 'Weight',
  '/proxy/access': 'Only this computer',
  '/proxy/clients': 'Claude Code',
  '/proxy/keys': 'laptop-agent',
  '/proxy/routing?model=claude-x': 'Where would this go?',
  '/proxy/limits': 'Keep cache',
  '/proxy/endpoints': '/healthz',
  '/monitor': 'Model → served',
  '/monitor?q=status:%3E400 bogus:x': 'bogus:x',
  '/monitor/TRACE': 'To the client:',
  '/monitor/TRACE?tab=overview': 'User-Agent',
  '/monitor/TRACE?tab=timing': 'First byte',
  '/monitor/TRACE?tab=client': '',
  '/stats': 'Weekday and hour',
  '/stats?by=account&measure=latency': 'Average time',
  '/settings/general': 'Single-key shortcuts',
  '/settings/network': 'Connection timeout',
  '/settings/accounts': 'With the model rules',
  '/settings/data': 'OpenTelemetry collector',
  '/settings/about': 'Worker threads',
  '/welcome/gateway': 'Only this computer can reach it',
  '/welcome/account': 'Search providers',
  '/welcome/health': 'can serve now',
  '/welcome/client': 'Claude Code',
  '/welcome/answer': 'What happened',
};
const FRESH = { '/': 'Welcome', '/accounts': 'No account yet', '/monitor': 'Listening', '/stats': 'No usage', '/welcome': 'Add an account', '/welcome/answer': 'Waiting for your request' };

// All rules in the first look; in the others those that depend on colours, sizes and words. AGT_SOAK=1: all, everywhere.
const ALL = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: { 'label-content-name-mismatch': { enabled: true } } };
const LOOK = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable', 'label-content-name-mismatch', 'button-name', 'link-name', 'html-has-lang', 'valid-lang'] } };

// Where axe cannot tell the contrast, and why that is well: the colours are pairs of tokens, which tokens.test.ts measures.
const UNDECIDED = {
  bgGradient: 'select', // its arrow is a gradient, beside the text
  imgNode: 'svg text', // words in a chart
  shortTextContent: '*', // one character
  nonBmp: '*', // an arrow or a picture in the text
  pseudoContent: '[class*=steps] *', // the line between the steps of a trace
  elmPartiallyObscured: '*', // scrolled half out of its place
  bgOverlap: '[role=row] *', // the last row of the list, half under the bar below
};

async function violations(page, rules = ALL) {
  if (!(await page.evaluate(() => typeof window.axe === 'object'))) await page.evaluate(AXE);
  const found = await page.evaluate((some) => window.axe.run(document, { ...some, resultTypes: ['violations', 'incomplete'] }), rules);
  const unsure = found.incomplete.filter((one) => one.id === 'color-contrast').flatMap((one) => one.nodes);
  for (const node of unsure) {
    const why = node.any[0]?.data?.messageKey ?? 'unknown';
    const explained = await page.evaluate(([at, where]) => where && (where === '*' || document.querySelector(at)?.matches(where) === true), [node.target.join(' '), UNDECIDED[why] ?? '']);
    if (!explained) found.violations.push({ id: `color-contrast undecided (${why})`, nodes: [node] });
  }
  return found.violations.flatMap((one) => one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.target.join(' ')} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`));
}

// Visible, inside of the window, and on top at its middle.
async function isSeen(page, text) {
  return page.evaluate((wanted) => {
    const scope = document.querySelector('dialog[open]') ?? document.body;
    const walker = document.createTreeWalker(scope, NodeFilter.SHOW_ELEMENT);
    for (let it = walker.nextNode(); it; it = walker.nextNode()) {
      const own = [...it.childNodes].some((child) => child.nodeType === 3 && child.data.includes(wanted)) || (it.placeholder ?? '').includes(wanted) || (it.value ?? '') === wanted;
      if (!own) continue;
      it.scrollIntoView({ block: 'center' });
      const box = it.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      if (box.width > 0 && top && (it.contains(top) || top.contains(it))) return true;
    }
    return false;
  }, text);
}

async function check(page, path, wanted, seen, rules) {
  await visit(page, path.replace('TRACE', trace));
  await page.waitForTimeout(150);
  if (wanted && seen) assert.ok(await isSeen(page, wanted), `${path}: "${wanted}" can be seen`);
  assert.deepEqual(await violations(page, rules), [], path);
  const wide = await page.evaluate(() => {
    const main = document.querySelector('main');
    return Math.max(document.documentElement.scrollWidth - innerWidth, main ? main.scrollWidth - main.clientWidth : 0);
  });
  assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
}

const LOOKS = [
  { theme: 'light' },
  { theme: 'dark' },
  { theme: 'light', width: 900, height: 600 },
  { theme: 'dark', language: 'ru', width: 900, height: 600 },
  { theme: 'light', language: 'zh' },
];
// Two at a time: each look has a page of its own.
describe('looks', { concurrency: 2 }, () => {
  for (const look of LOOKS) {
    test(`axe finds nothing: ${JSON.stringify(look)}`, { timeout: 240_000 }, async (t) => {
      const rules = look === LOOKS[0] || process.env.AGT_SOAK === '1' ? ALL : LOOK;
      const english = (look.language ?? 'en') === 'en';
      const page = await openPage(browser, full, look);
      for (const [path, wanted] of Object.entries(FULL)) await t.test(path, () => check(page, path, wanted, english, rules));
      assert.deepEqual([...new Set(page.problems)], []);
      await page.context().close();
      const first = await openPage(browser, fresh, look);
      for (const [path, wanted] of Object.entries(FRESH)) await t.test(`fresh ${path}`, () => check(first, path, wanted, english, rules));
      assert.deepEqual([...new Set(first.problems)], []);
      await first.context().close();
    });
  }
});

test('axe finds nothing while it loads, when it fails and when nothing answers', { timeout: 90_000 }, async () => {
  for (const theme of ['light', 'dark']) {
    const page = await openPage(browser, full, { theme });
    let held = [];
    let failing = false;
    await page.route('**/api/v1/**', async (route) => {
      if (/\/(events|health|openapi)/.test(route.request().url())) return route.continue();
      if (failing) return route.fulfill({ status: 500, contentType: 'application/json', body: '{"error":{"code":"internal","class":"gateway_error","message":"The disk is full."}}' });
      await new Promise((resolve) => held.push(resolve));
      return route.continue();
    });
    for (const path of ['/accounts', '/proxy/keys', '/stats', '/monitor', '/settings/network']) {
      failing = false;
      await page.goto(full.admin.address + path).catch(() => undefined);
      await page.waitForSelector('main');
      await page.waitForTimeout(300);
      assert.deepEqual(await violations(page), [], `${path} while it loads`);
      failing = true;
      for (const go of held) go();
      held = [];
      await page.reload();
      await page.getByText('The disk is full.').first().waitFor({ timeout: 15_000 });
      assert.deepEqual(await violations(page), [], `${path} after an error`);
    }
    await page.context().close();
  }
});

test('axe finds nothing in the palette, the sheet, the sign-in page and a confirmation', { timeout: 60_000 }, async () => {
  const page = await openPage(browser, full, { path: '/accounts' });
  for (const open of [() => page.keyboard.press('Control+KeyK'), () => page.keyboard.press('Shift+Slash')]) {
    await open();
    await page.locator('dialog[open]').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: /^Actions for work/ }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.locator('dialog[open]').waitFor();
  assert.deepEqual(await violations(page), []);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Cancel/);
  await page.context().close();
  const context = await browser.newContext();
  const outside = await context.newPage();
  await outside.goto(full.admin.address);
  await outside.getByRole('heading', { level: 1 }).waitFor();
  assert.deepEqual(await violations(outside), []);
  await context.close();
});
