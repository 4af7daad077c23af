import accounts from './accounts.json';
import failures from './failures.json';
import monitor from './monitor.json';
import overview from './overview.json';
import proxy from './proxy.json';
import settings from './settings.json';
import shell from './shell.json';

export default { ...shell, ...overview, ...accounts, ...proxy, ...monitor, ...failures, ...settings };
