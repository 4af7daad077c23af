// Web pages that attack, in a real browser: a page of another port of localhost, and one whose name was rebound to this
// computer, try to read and to spend; a model's answer tries to run in the interface. auth_mode is off, as by default.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test, { after, before } from 'node:test';
import { openPage, startBrowser, startGateway, startSim, stopAll, until, visit } from './harness.mjs';

let browser;
let sim;
let gateway;
let attacker;
let attackerPort;
const REBOUND = 'rebind.test';

before(async () => {
  browser = await startBrowser({ args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`, '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests'] });
  sim = await startSim();
  gateway = await startGateway({ env: { AGT_LOGGING_BODIES: 'all' } });
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: 'sim', base_url: `${sim.url}/v1`, key: 'key' });
  attacker = createServer((_, reply) => reply.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>attack</title><body>'));
  await new Promise((resolve) => attacker.listen(0, '127.0.0.1', resolve));
  attackerPort = attacker.address().port;
});
after(async () => {
  attacker.close();
  await stopAll();
});

const seen = async () => (await (await fetch(`${sim.url}/sim/log`)).json()).requests.filter((entry) => entry.method === 'POST').length;
const state = async () => JSON.stringify([await gateway.api('GET', '/keys'), await gateway.api('GET', '/routes'), await gateway.api('GET', '/settings'), (await gateway.api('GET', '/accounts')).accounts.length]);

// Runs in the page: everything that a page can send without being asked. Gives what it could read.
async function attack(targets) {
  const read = [];
  const body = JSON.stringify({ model: 'sim/m', messages: [{ role: 'user', content: 'spent' }] });
  const note = (how, text) => read.push(`${how}: ${String(text).slice(0, 200)}`);
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const tried = [];
  const attempt = async (how, work) => {
    tried.push(how);
    try {
      await Promise.race([work(), wait(3000)]);
    } catch {
      // refused
    }
  };
  for (const base of targets) {
    for (const path of ['/v1/chat/completions', '/api/v1/keys', '/api/v1/proxy/stop']) {
      const url = base + path;
      for (const mode of ['cors', 'no-cors', 'same-origin'])
        for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', null])
          await attempt(`fetch ${mode} ${type}`, async () => {
            const reply = await fetch(url, { method: 'POST', mode, body, headers: type ? { 'content-type': type } : {} });
            const text = await reply.text();
            if (reply.ok || text.includes('error')) note(`fetch ${mode} ${type} ${url}`, text);
          });
      await attempt('fetch with a key', async () => note('fetch with a key', await (await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', authorization: 'Bearer sk-any' } })).text()));
      await attempt('XMLHttpRequest', () => new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open('POST', url);
        request.setRequestHeader('content-type', 'application/json');
        request.onload = () => (note('XMLHttpRequest', request.responseText), resolve());
        request.onerror = reject;
        request.send(body);
      }));
      await attempt('sendBeacon', async () => navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' })));
      await attempt('sendBeacon with JSON', async () => navigator.sendBeacon(url, new Blob([body], { type: 'application/json' })));
      for (const enctype of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
        await attempt(`a form of ${enctype}`, async () => {
          const frame = document.createElement('iframe');
          frame.name = `f${Math.random()}`;
          document.body.append(frame);
          const form = Object.assign(document.createElement('form'), { method: 'POST', action: url, enctype, target: frame.name });
          form.append(Object.assign(document.createElement('input'), { name: body.slice(0, -1) + ',"x":"', value: '"}' }));
          document.body.append(form);
          form.submit();
          await wait(150);
          try {
            const text = frame.contentDocument?.body?.innerText ?? '';
            if (text.includes('error') || text.includes('chat')) note(`a form of ${enctype}`, text);
          } catch {
            // another origin
          }
        });
    }
    for (const path of ['/v1/models', '/healthz', '/api/v1/accounts', '/api/v1/health', '/', '/api/v1/settings/proxy.api_key?reveal=1']) {
      const url = base + path;
      await attempt('fetch GET', async () => note(`fetch GET ${url}`, await (await fetch(url)).text()));
      await attempt('an EventSource', () => new Promise((resolve, reject) => {
        const source = new EventSource(url);
        source.onopen = () => (note('an EventSource', url), source.close(), resolve());
        source.onerror = () => (source.close(), reject(new Error()));
      }));
      await attempt('a WebSocket', () => new Promise((resolve, reject) => {
        const socket = new WebSocket(url.replace('http', 'ws'));
        socket.onopen = () => (note('a WebSocket', url), socket.close(), resolve());
        socket.onerror = reject;
      }));
      for (const tag of ['img', 'script', 'link', 'object', 'embed', 'video'])
        await attempt(`<${tag}>`, () => new Promise((resolve, reject) => {
          const it = document.createElement(tag);
          if (tag === 'link') it.rel = 'stylesheet';
          it[tag === 'link' ? 'href' : tag === 'object' ? 'data' : 'src'] = url;
          it.onload = () => (tag === 'script' && note('a script', url), resolve());
          it.onerror = reject;
          document.body.append(it);
          setTimeout(resolve, 120);
        }));
      await attempt('a frame', async () => {
        const frame = Object.assign(document.createElement('iframe'), { src: url });
        document.body.append(frame);
        await wait(150);
        try {
          const text = frame.contentDocument?.body?.innerText ?? '';
          if (text.length > 0) note(`a frame ${url}`, text);
        } catch {
          // another origin
        }
      });
    }
  }
  return { read, tried: tried.length, kinds: new Set(tried).size };
}

// From a page of this origin, at these addresses of the gateway.
async function run(origin, targets) {
  const before = [await seen(), await state()];
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);
  const told = await page.evaluate(attack, targets);
  await page.waitForTimeout(500);
  await context.close();
  assert.deepEqual(told.read, [], 'something could be read');
  assert.equal(await seen(), before[0], 'an upstream was asked');
  assert.equal(await state(), before[1], 'something was changed');
  assert.ok(told.kinds >= 20, `${told.kinds} kinds`);
  return told;
}

test('a page of another port of this computer reads nothing and spends nothing', { timeout: 150_000 }, async () => {
  const told = await run(`http://localhost:${attackerPort}/`, [gateway.proxy, gateway.admin.address, gateway.proxy.replace('127.0.0.1', 'localhost')]);
  console.log(`${told.tried} attempts of ${told.kinds} kinds`);
});

test('a page whose name was rebound to this computer reads nothing and spends nothing', { timeout: 150_000 }, async () => {
  for (const address of [gateway.proxy, gateway.admin.address]) {
    const rebound = address.replace('127.0.0.1', REBOUND);
    const context = await browser.newContext();
    const page = await context.newPage();
    const answer = await page.goto(`${rebound}/`);
    assert.ok([400, 403, 421].includes(answer.status()), `${rebound}: ${answer.status()}`);
    assert.ok(!answer.headers().location);
    // What such a page would ask, sent by a page of that very origin.
    const told = await page.evaluate(async (paths) => Promise.all(paths.map(async (path) => {
      const reply = await fetch(path, path.includes('chat') ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"model":"sim/m","messages":[]}' } : {});
      return reply.status;
    })), ['/v1/models', '/v1/chat/completions', '/healthz', '/api/v1/health', '/api/v1/accounts']);
    assert.ok(told.every((status) => status === 403 || status === 421), told.join());
    await context.close();
  }
  assert.equal(await seen(), 0);
});

test('nothing that a model, an upstream or a client says runs in the interface', { timeout: 90_000 }, async () => {
  const attacks = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><svg onload=alert(1)>', "javascript:alert(1)", '{{constructor.constructor("alert(1)")()}}', '</textarea><script>alert(1)</script>', '<iframe srcdoc="<script>parent.alert(1)</script>">', '\u202e<b onmouseover=alert(1)>x</b>'];
  for (const text of attacks) {
    await gateway.ask('sim/m', text, { headers: { 'user-agent': text.replace(/[^\x20-\x7e]/g, '') } });
    await gateway.ask(`sim/${text.replace(/[^\x20-\x7e]/g, '').slice(0, 60)}`, 'Hi');
    await sim.script({ key: '*', model: 'bad', times: 1, script: { status: 400, body: JSON.stringify({ error: { message: text, type: text, code: text } }) } });
    await gateway.ask('sim/bad', text);
  }
  await gateway.api('POST', '/keys', { name: '<img src=x onerror=alert(1)>' });
  await gateway.api('POST', '/accounts', { provider: 'openai-compatible', label: '<img src=x onerror=alert(2)>', base_url: `${sim.url}/v1`, key: 'key' });
  const page = await openPage(browser, gateway);
  let dialogs = 0;
  page.on('dialog', (dialog) => ((dialogs += 1), dialog.dismiss()));
  const { requests } = await gateway.api('GET', '/requests?limit=30');
  for (const path of ['/', '/accounts', '/proxy', '/proxy/keys', '/monitor', '/stats', '/settings', ...requests.slice(0, 12).map((row) => `/monitor?request=${row.id}`)]) await visit(page, path);
  for (const row of requests.slice(0, 4)) {
    await visit(page, `/monitor/${row.id}`);
    for (const tab of await page.getByRole('tab').all()) await tab.click({ timeout: 1000 }).catch(() => undefined);
  }
  assert.equal(dialogs, 0);
  assert.equal(await page.evaluate(() => document.querySelectorAll('img[src="x"], svg[onload], [onerror], [onmouseover], iframe').length), 0);
  const policy = (await fetch(`${gateway.admin.address}/`)).headers.get('content-security-policy');
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) assert.ok(policy.includes(part), policy);
  await until(() => true, 'done');
});
