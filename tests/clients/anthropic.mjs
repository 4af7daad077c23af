// The official Anthropic SDK through the gateway: Messages whole and streamed, with its strict accumulator.
import assert from 'node:assert/strict';
import {
  answerTools, describe, failing, gateway, knowsStops, picture, rejected, run, schemas, sdk, thought, toolAnswer, toolPrompt, usageMarker,
} from './cases.mjs';

const Anthropic = sdk.default;
const client = new Anthropic({ baseURL: gateway, apiKey: 'client-key', maxRetries: 0 });
const user = (content) => [{ role: 'user', content }];
const tools = Object.entries(schemas).map(([name, input_schema]) => ({ name, description: describe[name], input_schema }));
const create = (body) => client.messages.create({ max_tokens: 4000, ...body });
const stream = (body) => client.messages.stream({ max_tokens: 4000, ...body }).finalMessage();
const thinking = { type: 'enabled', budget_tokens: 1500 };
const textOf = (message) => message.content.filter((b) => b.type === 'text').map((b) => b.text).join('');
const results = (message) => {
  const calls = message.content.filter((b) => b.type === 'tool_use');
  const said = answerTools(calls.map((c) => ({ id: c.id, name: c.name, arguments: c.input })));
  return calls.map((c, i) => ({ type: 'tool_result', tool_use_id: c.id, content: i === 0 ? said[i] : [{ type: 'text', text: said[i] }] }));
};

async function toolLoop(ask, model, tag, more = {}) {
  const messages = user(`${tag} ${more.thinking ? '[[think]] ' : ''}${toolPrompt}`);
  const first = await ask({ model, system: 'Be brief.', messages, tools, ...more });
  assert.equal(first.stop_reason, 'tool_use');
  messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: results(first) });
  const second = await ask({ model, system: 'Be brief.', messages, tools, ...more });
  assert.equal(textOf(second), toolAnswer);
  assert.equal(second.stop_reason, 'end_turn');
  return first;
}

await run({
  async text(model, tag) {
    const { data: reply, response } = await client.messages.create({ model, max_tokens: 100, messages: user(`${tag} héllo`) }).withResponse();
    assert.deepEqual(reply.content.map((b) => b.type), ['text']);
    assert.equal(textOf(reply), `Echo: ${tag} héllo`);
    assert.equal(reply.stop_reason, 'end_turn');
    assert.equal(reply.role, 'assistant');
    assert.ok(reply.usage.input_tokens > 0 && reply.usage.output_tokens > 0);
    assert.match(response.headers.get('x-agt-trace'), /^tr_/);
  },
  async 'text streamed'(model, tag) {
    const deltas = [];
    const order = [];
    const runner = client.messages.stream({ model, max_tokens: 100, messages: user(`${tag} one two three`) });
    runner.on('text', (delta) => deltas.push(delta));
    runner.on('streamEvent', (event) => order.push(event.type));
    const reply = await runner.finalMessage();
    assert.equal(textOf(reply), `Echo: ${tag} one two three`);
    assert.equal(deltas.join(''), textOf(reply));
    assert.ok(deltas.length > 1, 'the text came in one piece');
    assert.equal(reply.stop_reason, 'end_turn');
    assert.equal(order[0], 'message_start');
    assert.deepEqual(order.slice(-3), ['content_block_stop', 'message_delta', 'message_stop']);
  },
  async 'two tools'(model, tag) { await toolLoop(create, model, tag); },
  async 'two tools streamed'(model, tag) { await toolLoop(stream, model, tag); },
  async 'tools by the runner'(model, tag) {
    const said = { get_weather: 'sunny', get_time: 'noon' };
    const runner = client.beta.messages.toolRunner({
      model, max_tokens: 1000, messages: user(`${tag} ${toolPrompt}`),
      tools: tools.map((tool) => ({ ...tool, type: 'custom', run: () => said[tool.name], parse: (input) => input })),
    });
    assert.equal(textOf(await runner.runUntilDone()), toolAnswer);
  },
  async image(model, tag) {
    const content = [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } }, { type: 'text', text: tag }];
    assert.equal(textOf(await create({ model, messages: user(content) })), `Echo: ${tag}`);
  },
  async reasoning(model, tag) {
    const reply = await create({ model, messages: user(`${tag} [[think]]`), thinking });
    assert.equal(reply.content[0].type, 'thinking');
    assert.equal(reply.content[0].thinking, thought);
    assert.equal(textOf(reply), `Echo: ${tag} [[think]]`);
  },
  async 'reasoning streamed'(model, tag) {
    const reply = await stream({ model, messages: user(`${tag} [[think]]`), thinking });
    assert.deepEqual(reply.content.map((b) => b.type), ['thinking', 'text']);
    assert.equal(reply.content[0].thinking, thought);
  },
  async 'reasoning and tools'(model, tag) {
    const first = await toolLoop(stream, model, tag, { thinking });
    assert.deepEqual(first.content.map((b) => b.type), ['thinking', 'tool_use', 'tool_use']);
    await toolLoop(create, model, tag, { thinking });
  },
  async usage(model, tag) {
    for (const ask of [create, stream]) {
      const { usage } = await ask({ model, messages: user(`${tag} ${usageMarker}`) });
      assert.equal(usage.input_tokens + (usage.cache_read_input_tokens ?? 0), 40);
      assert.equal(usage.cache_read_input_tokens, 4);
      assert.equal(usage.output_tokens, 7);
    }
  },
  async 'length stop'(model, tag) {
    for (const ask of [create, stream]) assert.equal((await ask({ model, messages: user(`${tag} [[length]]`) })).stop_reason, 'max_tokens');
  },
  async 'stop sequence'(model, tag) {
    const asked = create({ model, messages: user(`${tag} before STOP after`), stop_sequences: ['STOP'] });
    if (!knowsStops(model)) {
      assert.equal((await rejected(asked)).status, 400);
      return;
    }
    const reply = await asked;
    assert.equal(textOf(reply), `Echo: ${tag} before `);
    assert.ok(['stop_sequence', 'end_turn'].includes(reply.stop_reason));
  },
  async 'tokens counted'(model, tag) {
    const { input_tokens: tokens } = await client.messages.countTokens({ model, messages: user(`${tag} ${'word '.repeat(200)}`), tools });
    assert.ok(tokens > 100 && tokens < 2000, `${tokens} tokens`);
  },
  async 'refused with 400'(model) {
    for (const ask of [create, stream]) {
      const error = await rejected(ask({ model: failing(model, 400), messages: user('x') }));
      assert.ok(error instanceof Anthropic.BadRequestError, error.stack);
      assert.match(error.message, /Simulated 400/);
      assert.equal(error.error.error.type, 'invalid_request_error');
    }
  },
  async 'limited with 429'(model) {
    for (const ask of [create, stream]) {
      const error = await rejected(ask({ model: failing(model, 429), messages: user('x') }));
      assert.ok(error instanceof Anthropic.RateLimitError, error.stack);
      assert.equal(error.error.error.type, 'rate_limit_error');
      assert.ok(Number(error.headers.get('retry-after')) > 0, 'no retry-after');
    }
  },
  async models(model) {
    const ids = [];
    for await (const one of client.models.list()) ids.push(one.id);
    assert.ok(ids.includes(model), `${model} is not among ${ids}`);
    assert.equal((await client.models.retrieve(model)).id, model);
    assert.ok((await rejected(client.models.retrieve('no-such-model'))) instanceof Anthropic.NotFoundError);
  },
});
