// What a browser must load: fails when the interface grows beyond its budget. Run after `vite build`.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KIB = 1024;
const BUDGET = { first: 175 * KIB, scripts: 420 * KIB, styles: 22 * KIB, fonts: 150 * KIB };
const dist = new URL('../dist/', import.meta.url);
const assets = readdirSync(new URL('assets/', dist));
const size = (name) => gzipSync(readFileSync(new URL(`assets/${name}`, dist)), { level: 9 }).length;
const sum = (names) => names.reduce((total, name) => total + size(name), 0);
const page = readFileSync(new URL('index.html', dist), 'utf8');
const first = assets.filter((name) => name.endsWith('.js') && page.includes(name));
const found = {
  first: sum(first),
  scripts: sum(assets.filter((name) => name.endsWith('.js'))),
  styles: sum(assets.filter((name) => name.endsWith('.css'))),
  fonts: assets.filter((name) => name.endsWith('.woff2')).reduce((total, name) => total + readFileSync(new URL(`assets/${name}`, dist)).length, 0),
};
let over = first.length === 0;
for (const [name, limit] of Object.entries(BUDGET)) {
  const bad = found[name] > limit;
  over ||= bad;
  console.log(`${bad ? 'OVER' : 'ok  '} ${name.padEnd(8)} ${(found[name] / KIB).toFixed(1)} of ${(limit / KIB).toFixed(0)} KiB`);
}
// Nothing may be fetched from elsewhere: links are data of the gateway, namespaces are no addresses.
const allowed = /^https?:\/\/(www\.w3\.org|reactjs\.org|react\.dev|react\.i18next\.com|www\.i18next\.com|locize\.com|127\.0\.0\.1|localhost|…)/;
for (const name of assets.filter((one) => /\.(js|css)$/.test(one))) {
  for (const [url] of readFileSync(new URL(`assets/${name}`, dist), 'utf8').matchAll(/https?:\/\/[\w…][^"'`\s)\\]*/g)) {
    if (allowed.test(url)) continue;
    console.log(`OVER ${name} names ${url}`);
    over = true;
  }
}
process.exit(over ? 1 : 0);
