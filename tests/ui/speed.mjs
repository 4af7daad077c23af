// How fast the interface is: what a cold start loads and when it can be used, the list of requests while thousands of
// rows are scrolled and hundreds arrive, eight tabs on one stream. AGT_SOAK=1 measures strictly, three times.
import assert from 'node:assert/strict';
import http from 'node:http';
import test, { after, before } from 'node:test';
import { openPage, startBrowser, startGateway, stopAll, until } from './harness.mjs';

const STRICT = process.env.AGT_SOAK === '1';
const ROWS = STRICT ? 10_000 : 3000;

let browser;
let gateway;
before(async () => {
  browser = await startBrowser();
  gateway = await startGateway();
});
after(stopAll);

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const BODY = JSON.stringify({ model: 'demo', max_tokens: 8, messages: [{ role: 'user', content: 'Hi' }] });
function askOnce() {
  return new Promise((resolve, reject) => {
    const call = http.request(`${gateway.proxy}/v1/chat/completions`, { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) } }, (reply) => {
      reply.resume();
      reply.on('end', () => resolve(reply.statusCode));
    });
    call.on('error', reject);
    call.end(BODY);
  });
}
async function flood(count) {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      assert.equal(await askOnce(), 200);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
// So many a second, until the returned function is called.
function drip(rate) {
  let running = true;
  const done = (async () => {
    while (running) {
      await Promise.all(Array.from({ length: Math.max(1, Math.round(rate / 20)) }, askOnce));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return () => {
    running = false;
    return done;
  };
}

test('P2: on a slow processor with an empty cache the first page can be used soon, and asks nobody else', { timeout: 60_000 }, async () => {
  const { url } = await gateway.api('POST', '/login/link');
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
  const page = await context.newPage();
  const asked = [];
  const problems = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.addInitScript(() => {
    window.seen = { lcp: 0, cls: 0, blocked: 0 };
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.seen.lcp = one.startTime; }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) window.seen.cls += one.value; }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.seen.blocked += Math.max(0, one.duration - 50); }).observe({ type: 'longtask', buffered: true });
  });
  await page.goto(url);
  await page.getByText('Traffic by outcome').waitFor();
  await page.waitForTimeout(600);
  const seen = await page.evaluate(() => ({ ...window.seen, fcp: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0 }));
  const files = asked.filter((one) => one.startsWith(gateway.admin.address) && !one.includes('/api/'));
  const outside = asked.filter((one) => !one.startsWith(gateway.admin.address) && !/^(data|blob):/.test(one));
  console.log(`P2 FCP ${Math.round(seen.fcp)} ms, LCP ${Math.round(seen.lcp)} ms, blocked ${Math.round(seen.blocked)} ms, CLS ${seen.cls.toFixed(3)}, ${files.length} files`);
  assert.deepEqual(outside, []);
  assert.deepEqual(problems, []);
  assert.ok(seen.cls <= 0.02, `the page moved: ${seen.cls}`);
  // Other work on the machine takes its share of two cores, so that only a measuring run holds the times themselves.
  const slack = STRICT ? 1 : 6;
  assert.ok(seen.fcp > 0 && seen.fcp <= 900 * slack, `first paint after ${seen.fcp} ms`);
  assert.ok(seen.lcp <= 1300 * slack, `largest paint after ${seen.lcp} ms`);
  assert.ok(seen.blocked <= 200 * slack, `blocked for ${seen.blocked} ms`);
  await context.close();
});

// Counts frames while the wheel turns; in each, the row under the middle must have its text.
async function scrollOnce(page) {
  const box = await page.getByRole('grid').boundingBox();
  const [x, y] = [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
  await page.evaluate(([atX, atY]) => {
    window.frames_seen = { times: [], blank: 0, rows: 0, nodes: 0, on: true };
    const look = (now) => {
      const it = window.frames_seen;
      if (!it.on) return;
      it.times.push(now);
      const row = document.elementFromPoint(atX, atY)?.closest('[role=row]');
      if (!row || row.textContent.trim().length < 10) it.blank += 1;
      it.rows = Math.max(it.rows, document.querySelectorAll('[role=row]').length);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, [x, y]);
  const session = await page.context().newCDPSession(page);
  await session.send('Input.synthesizeScrollGesture', { x, y, yDistance: -24_000, speed: 6000, gestureSourceType: 'mouse' });
  const seen = await page.evaluate(() => {
    window.frames_seen.on = false;
    return { ...window.frames_seen, nodes: document.querySelectorAll('*').length };
  });
  const gaps = seen.times.slice(1).map((time, i) => time - seen.times[i]).sort((a, b) => a - b);
  return { ...seen, median: gaps[Math.floor(gaps.length / 2)] ?? Number.POSITIVE_INFINITY, good: gaps.filter((gap) => gap <= 20).length / gaps.length, frames: gaps.length };
}

test('P3, P4: thousands of rows are scrolled while others arrive, and a held list does not move', { timeout: 240_000 }, async () => {
  const page = await openPage(browser, gateway, { path: '/monitor' });
  await flood(60);
  const grid = page.getByRole('grid');
  await grid.waitFor();
  // In portions: a page that falls behind thousands a second begins anew from the newest, and shows the others when asked.
  for (let there = 60; there < ROWS;) {
    const more = Math.min(500, ROWS - there);
    await flood(more);
    there += more;
    await until(async () => Number(await grid.getAttribute('aria-rowcount')) >= there, `${there} rows are there`, 30_000);
  }
  for (const rate of STRICT ? [0, 50, 200] : [0, 50]) {
    const stop = rate > 0 ? drip(rate) : null;
    let best;
    for (let i = 0; i < 3; i += 1) {
      await grid.evaluate((it) => it.scrollTo(0, 0));
      await page.waitForTimeout(300);
      const run = await scrollOnce(page);
      assert.equal(run.blank, 0, `the row under the middle had no text in ${run.blank} of ${run.frames} frames`);
      assert.ok(run.rows <= 64, `${run.rows} rows are mounted`);
      assert.ok(run.nodes <= 1500, `${run.nodes} elements`);
      if (!best || run.good > best.good) best = run;
      if (best.median <= 17 && best.good >= 0.9) break;
    }
    await stop?.();
    console.log(`P3 ${ROWS} rows, ${rate} events/s: ${best.frames} frames, median ${best.median.toFixed(1)} ms, ${Math.round(best.good * 100)} % within 20 ms, ${best.rows} rows, ${best.nodes} elements`);
    assert.ok(best.median <= (STRICT ? 17 : 34), `the median frame took ${best.median} ms`);
    if (STRICT) assert.ok(best.good >= 0.9, `${best.good} of the frames are in time`);
  }
  await grid.evaluate((it) => it.scrollTo(0, 0));
  await until(async () => (await page.getByRole('button', { name: /new$/ }).count()) === 0, 'the list follows again');
  await page.waitForTimeout(600);
  await grid.evaluate((it) => it.scrollTo(0, 40_000));
  await page.waitForTimeout(200);
  const under = () => page.evaluate(() => document.elementFromPoint(innerWidth / 2, 400)?.closest('[role=row]')?.id);
  const before = await under();
  assert.ok(before?.startsWith('row-'), 'a row is under the middle');
  await flood(400);
  await page.getByRole('button', { name: '400 new' }).waitFor({ timeout: 5000 });
  assert.equal(await under(), before, 'it is the same row');
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('P6: eight tabs share one stream; when the one that reads it closes, another does, and nothing is missed', { timeout: 120_000 }, async () => {
  const first = await openPage(browser, gateway, { path: '/monitor' });
  await first.getByText('live', { exact: true }).waitFor();
  const context = first.context();
  let streams = 0;
  context.on('request', (request) => { if (request.url().endsWith('/api/v1/events')) streams += 1; });
  const tabs = [];
  for (let i = 0; i < 7; i += 1) {
    const tab = await context.newPage();
    await tab.goto(`${gateway.admin.address}/monitor`);
    await tab.getByRole('grid').waitFor();
    tabs.push(tab);
  }
  assert.equal(streams, 0, 'only the first tab reads the stream');
  for (const tab of tabs) {
    const took = await tab.evaluate(async () => {
      const from = performance.now();
      await fetch('/api/v1/health');
      return performance.now() - from;
    });
    assert.ok(took < (STRICT ? 300 : 1000), `a request took ${took} ms`);
  }
  const last = tabs.at(-1);
  await last.bringToFront();
  const top = () => last.getByRole('grid').getByRole('row').nth(1).getAttribute('id');
  const { trace } = await gateway.ask('demo', 'through the first tab');
  await until(async () => (await top()) === `row-${trace}`, 'the others are told', 5000);
  const closing = first.close();
  const during = await gateway.ask('demo', 'while the reader closes');
  await closing;
  await until(() => streams === 1, 'another tab reads the stream', 2000);
  const after = await gateway.ask('demo', 'through another tab');
  await until(async () => (await top()) === `row-${after.trace}`, 'it is told of what comes', 5000);
  assert.equal(await last.getByRole('grid').getByRole('row').nth(2).getAttribute('id'), `row-${during.trace}`, 'what came in between is there');
  await context.close();
});
