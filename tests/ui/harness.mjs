// The real gateway, the real simulator and a real browser, for tests of the interface. Every process is ended by its
// own id, every folder is thrown away.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = new URL('../../', import.meta.url).pathname;
const need = createRequire(join(ROOT, 'ui/package.json'));
const { chromium } = need('playwright-core');
export const AXE = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');

const AGT = process.env.AGT_BINARY ?? join(ROOT, 'build/dev/agt');
const SIM = process.env.AGT_SIM_BINARY ?? join(ROOT, 'build/dev/agt-sim');
const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));

const cleanups = [];

function program(command, args, env = {}) {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, HOME: tmpdir(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (bytes) => (said.out += bytes));
  child.stderr.on('data', (bytes) => (said.err = (said.err + bytes).slice(-20_000)));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
    await ended;
    clearTimeout(timer);
  };
  cleanups.push(stop);
  return { child, said, stop, ended };
}

export async function until(look, what, milliseconds = 10_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

// What `act` copies; what was copied before is no answer.
export async function copied(page, act, what) {
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await act();
  return until(() => page.evaluate(() => navigator.clipboard.readText()).catch(() => ''), what);
}

export async function startSim() {
  const run = program(SIM, ['--port', '0']);
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(run.said.out)?.[0], `the simulator says its address: ${run.said.err}`);
  const script = (body) => fetch(`${url}/sim/script`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  return { url, script, stop: run.stop };
}

// A new home whose vault holds one setting, so that the page may change it (a flag could not be).
export function storeSetting(name, value) {
  const home = mkdtempSync(join(tmpdir(), 'agt-ui-'));
  const done = spawnSync(AGT, ['settings', 'set', '--home', home, name, String(value)], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: tmpdir() } });
  if (done.status !== 0) throw new Error(`agt settings set: ${done.stderr}`);
  return home;
}

// A port of null is the stored one. `mounted` is the size of a disk of its own for the home, which only the gateway and
// its `seen` path know: filling it fills nothing else.
export async function startGateway({ home = mkdtempSync(join(tmpdir(), 'agt-ui-')), port = 0, adminPort = 0, args = [], env = {}, mounted } = {}) {
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  const ports = [...(port === null ? [] : ['--port', String(port)]), '--admin-port', String(adminPort)];
  const command = [AGT, 'serve', '--home', home, ...ports, ...args];
  const own = ['unshare', '-m', 'sh', '-c', `mount -t tmpfs -o size=${mounted},mode=700 none "${home}" && exec "$0" "$@"`];
  const [first, ...rest] = mounted ? [...own, ...command] : command;
  const run = program(first, rest, env);
  const seen = mounted ? `/proc/${run.child.pid}/root${home}` : home;
  const file = join(seen, 'admin.json');
  const admin = await until(() => {
    if (run.child.exitCode !== null) throw new Error(`agt ended: ${run.said.err}`);
    if (!existsSync(file)) return null;
    try {
      const read = JSON.parse(readFileSync(file, 'utf8'));
      return read.pid === run.child.pid ? read : null;
    } catch {
      return null;
    }
  }, 'admin.json is there');
  const api = async (method, path, body, expected = true) => {
    const reply = await fetch(`${admin.address}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${admin.token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await reply.json();
    if (expected && !reply.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const status = await until(async () => {
    const now = await api('GET', '/status');
    return now.proxy.running && now;
  }, 'the proxy runs');
  const ask = (model, text, { path = '/v1/chat/completions', stream = false, headers = {} } = {}) =>
    fetch(`${status.proxy.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'codex_exec/0.169.0', ...headers },
      body: JSON.stringify({ model, stream, max_tokens: 64, messages: [{ role: 'user', content: text }] }),
    }).then(async (reply) => ({ status: reply.status, text: await reply.text(), trace: reply.headers.get('x-agt-trace') }));
  return { home, seen, admin, api, ask, proxy: status.proxy.address, said: run.said, stop: run.stop, kill: () => run.child.kill('SIGKILL') };
}

export async function startBrowser(options = {}) {
  if (!CHROMIUM) throw new Error('no Chromium: apt-get install chromium, or name one in CHROMIUM');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'], ...options });
  cleanups.push(() => browser.close());
  return browser;
}

// AGT_UI_DIST=ui/dist shows pages that were just built, before they are part of a program.
const DIST = process.env.AGT_UI_DIST;
function serveDist(route) {
  const { pathname } = new URL(route.request().url());
  if (pathname.startsWith('/api/')) return route.fallback();
  const file = join(DIST, pathname);
  return route.fulfill({ path: existsSync(file) && pathname !== '/' ? file : join(DIST, 'index.html') });
}

// A page that is signed in by a one-time link, with its errors collected.
export async function openPage(browser, gateway, { path = '/', width = 1280, height = 800, theme = 'light', language = 'en', context: extra = {}, preferences = {} } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-US', permissions: ['clipboard-read', 'clipboard-write'], ...extra });
  const kept = { theme, language, motion: 'off', ...preferences };
  await context.addInitScript((values) => {
    for (const [name, value] of Object.entries(values)) if (localStorage.getItem(`agt.ui.${name}`) === null) localStorage.setItem(`agt.ui.${name}`, value);
  }, kept);
  if (DIST) await context.route(`${gateway.admin.address}/**`, (route) => serveDist(route));
  const page = await context.newPage();
  page.problems = [];
  // A refusal is an answer that the page shows (a wrong value, a body that was not kept); the browser notes each.
  page.on('console', (message) => message.type() === 'error' && !/status of 40[049]/.test(message.text()) && page.problems.push(message.text()));
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('request', (request) => !request.url().startsWith(gateway.admin.address) && !request.url().startsWith('data:') && !request.url().startsWith('blob:') && page.problems.push(`asked for ${request.url()}`));
  const { url } = await gateway.api('POST', '/login/link');
  await page.goto(url);
  await page.waitForSelector('main');
  if (path !== '/') await visit(page, path);
  return page;
}

// Goes to another page inside the application.
export async function visit(page, path) {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await page.waitForTimeout(60);
  await page.waitForSelector('main');
  await page.waitForFunction(() => !document.querySelector('[role=status][aria-label]:has(> div)'), null, { timeout: 10_000 }).catch(() => undefined);
}

export async function stopAll() {
  for (const cleanup of cleanups.reverse()) await Promise.resolve(cleanup()).catch(() => undefined);
  cleanups.length = 0;
}
