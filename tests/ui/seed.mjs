// A gateway with a life: accounts in several states, rules, keys, and requests with every kind of outcome.

export async function seed(gateway, sim) {
  const { api, ask } = gateway;
  const add = (form) => api('POST', '/accounts', form);
  await add({ provider: 'openai-compatible', label: 'work', base_url: `${sim.url}/v1`, key: 'good-key-1', priority: 5 });
  await add({ provider: 'openai-compatible', label: 'limited', base_url: `${sim.url}/v1`, key: 'x-sim:error=openai_429_rate,retry_after=900', models: ['gpt-5.5'], priority: 9 });
  await add({ provider: 'anthropic-compatible', label: 'anna@example.org', base_url: sim.url, key: 'good-key-2' });
  await add({ provider: 'gemini', label: 'research', base_url: sim.url, key: 'good-key-3', models: ['gemini-2.5-*'] });
  await add({ provider: 'openai-compatible', label: 'old-team-key', base_url: `${sim.url}/v1`, key: 'bad-key', models: ['legacy-*'], priority: 7 });
  await add({ provider: 'ollama', label: 'laptop', models: ['qwen3:8b'] });
  await add({ provider: 'openai-compatible', label: 'spare', base_url: `${sim.url}/v1`, key: 'good-key-4', enabled: false });
  await api('PUT', '/routes', {
    routes: [
      { match: 'claude-haiku-*', targets: ['work/gpt-5.5-mini'] },
      { match: 'claude-*', targets: ['anthropic-compatible/*', 'research/gemini-2.5-pro'] },
      { match: 'gpt-*', targets: ['openai-compatible/*'] },
    ],
  });
  const agent = await api('POST', '/keys', { name: 'laptop-agent', models: ['claude-*', 'gpt-5.5'], requests_per_minute: 120, concurrency: 4, tokens_per_day: 20_000 });
  await api('POST', '/keys', { name: 'ci', expires_ms: Date.now() + 30 * 86_400_000, networks: ['192.168.1.0/24'] });
  await api('POST', '/keys', { name: 'phone' });
  const spent = { path: '/v1/messages', headers: { authorization: `Bearer ${agent.key}`, 'user-agent': 'claude-cli/2.1.197', 'anthropic-version': '2023-06-01' } };
  await ask('claude-sonnet-4-5', 'Summarise this [[usage {"input":12800,"output":740}]]', spent);
  for (let i = 0; i < 14; i += 1) {
    await ask('claude-sonnet-4-5', `Question ${i} [[usage {"input":${900 + i * 37},"output":${120 + i * 11}}]]`, { path: '/v1/messages', headers: { 'user-agent': 'claude-cli/2.1.197 (external, cli)', 'anthropic-version': '2023-06-01' } });
    await ask('gpt-5.5', `Question ${i}`, { stream: i % 2 === 0 });
    if (i % 3 === 0) await ask('gemini-2.5-pro', 'Hello', { headers: { 'user-agent': 'OpenAI/JS 7.57.0' } });
    if (i % 5 === 0) await ask('claude-haiku-4-5', 'Hello', { path: '/v1/messages', headers: { 'user-agent': 'claude-cli/2.1.197', 'anthropic-version': '2023-06-01' } });
  }
  await ask('legacy-1', 'Hello');
  await ask('qwen3:8b', 'Hello', { headers: { 'user-agent': 'opencode/1.18' } });
  await ask('no-such-model', 'Hello');
  await sim.script({ key: '*', model: 'gpt-overloaded', times: -1, script: { error: 'openai_503' } });
  await ask('gpt-overloaded', 'Hello');
  await ask('demo', 'Hello', { headers: { 'user-agent': 'curl/7.88.1' } });
}
