// The official OpenAI SDK through the gateway: Chat Completions and Responses, whole and streamed, with its strict
// accumulators.
import assert from 'node:assert/strict';
import {
  answerTools, describe, failing, gateway, knowsStops, picture, rejected, run, schemas, sdk, thought, toolAnswer, toolPrompt, usageMarker,
} from './cases.mjs';

const OpenAI = sdk.default;
const client = new OpenAI({ baseURL: `${gateway}/v1`, apiKey: 'client-key', maxRetries: 0 });
const user = (content) => [{ role: 'user', content }];
const tools = Object.entries(schemas).map(([name, parameters]) => ({ type: 'function', function: { name, description: describe[name], parameters } }));
const asCalls = (message) => message.tool_calls.map((c) => ({ id: c.id, name: c.function.name, arguments: JSON.parse(c.function.arguments) }));
const create = (body) => client.chat.completions.create(body);
const stream = (body) => client.chat.completions.stream({ stream_options: { include_usage: true }, ...body });

async function toolLoop(ask, model, tag) {
  const messages = [{ role: 'system', content: 'Be brief.' }, ...user(`${tag} ${toolPrompt}`)];
  const first = await ask({ model, messages, tools });
  assert.equal(first.choices[0].finish_reason, 'tool_calls');
  const message = first.choices[0].message;
  const said = answerTools(asCalls(message));
  messages.push(message, ...message.tool_calls.map((c, i) => ({ role: 'tool', tool_call_id: c.id, content: said[i] })));
  const second = await ask({ model, messages, tools });
  assert.equal(second.choices[0].message.content, toolAnswer);
  assert.equal(second.choices[0].finish_reason, 'stop');
}

// ---- Responses -----------------------------------------------------------------------------------------------------

const flatTools = tools.map(({ function: f }) => ({ type: 'function', strict: false, ...f }));
const respond = (body) => client.responses.create(body);
const respondStreamed = async (body) => {
  const events = [];
  const runner = client.responses.stream(body);
  runner.on('event', (event) => events.push(event.type));
  const response = await runner.finalResponse();
  assert.equal(events[0], 'response.created');
  assert.equal(events.at(-1), `response.${response.status}`);
  return response;
};
const textOf = (response) =>
  response.output.filter((i) => i.type === 'message').flatMap((i) => i.content).map((c) => c.text ?? '').join('');
const callsOf = (response) => response.output.filter((item) => item.type === 'function_call');

// A tool loop that hands back every item of the answer, reasoning with its seal included.
async function responsesLoop(ask, model, tag, more) {
  const input = [...user(`${tag} ${toolPrompt}`)];
  const body = { model, instructions: 'Be brief.', tools: flatTools, store: false, ...more };
  const first = await ask({ ...body, input });
  assert.equal(first.status, 'completed');
  const calls = callsOf(first);
  const said = answerTools(calls.map((c) => ({ id: c.call_id, name: c.name, arguments: JSON.parse(c.arguments) })));
  const results = calls.map((c, i) => ({ type: 'function_call_output', call_id: c.call_id, output: said[i] }));
  const second = await ask({ ...body, input: [...input, ...first.output, ...results] });
  assert.equal(textOf(second), toolAnswer);
  return first;
}
const thinking = { reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'] };

const responsesCases = {
  async 'responses text'(model, tag) {
    for (const ask of [respond, respondStreamed]) {
      const response = await ask({ model, input: `${tag} héllo` });
      assert.equal(textOf(response), `Echo: ${tag} héllo`);
      assert.equal(response.object, 'response');
      assert.equal(response.status, 'completed');
      assert.equal(response.model.includes(model) || model === 'to-responses', true, response.model);
      assert.equal(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens);
    }
    assert.equal((await respond({ model, input: tag })).output_text, `Echo: ${tag}`);
  },
  'responses two tools': (model, tag) => responsesLoop(respond, model, tag),
  'responses two tools streamed': (model, tag) => responsesLoop(respondStreamed, model, tag),
  async 'responses reasoning and tools'(model, tag) {
    for (const ask of [respond, respondStreamed]) {
      const first = await responsesLoop(ask, model, `${tag} [[think]]`, thinking);
      const thoughts = first.output.filter((item) => item.type === 'reasoning');
      assert.equal(thoughts[0].summary[0].text, thought);
      assert.equal(new Set(first.output.map((item) => item.id)).size, first.output.length, 'ids of items must differ');
    }
  },
  async 'responses continued by id'(model, tag) {
    if (model === 'to-responses') return; // that upstream keeps its answers itself; the simulator keeps none
    const first = await respond({ model, input: `${tag} ${toolPrompt}`, tools: flatTools });
    const calls = callsOf(first);
    const said = answerTools(calls.map((c) => ({ id: c.call_id, name: c.name, arguments: JSON.parse(c.arguments) })));
    const input = calls.map((c, i) => ({ type: 'function_call_output', call_id: c.call_id, output: said[i] }));
    const ask = { model, tools: flatTools, previous_response_id: first.id, input };
    assert.equal(textOf(await respondStreamed(ask)), toolAnswer);
  },
  async 'responses image'(model, tag) {
    const content = [{ type: 'input_text', text: tag }, { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${picture}` }];
    assert.equal(textOf(await respond({ model, input: [{ role: 'user', content }] })), `Echo: ${tag}`);
  },
  async 'responses length and refusal'(model, tag) {
    for (const ask of [respond, respondStreamed]) {
      const cut = await ask({ model, input: `${tag} [[length]]` });
      assert.equal(cut.status, 'incomplete');
      assert.equal(cut.incomplete_details.reason, 'max_output_tokens');
      const declined = await ask({ model, input: `${tag} [[refuse]]` });
      const refused = declined.output.some((i) => i.type === 'message' && i.content.some((c) => c.type === 'refusal'));
      assert.ok(refused || declined.incomplete_details?.reason === 'content_filter', JSON.stringify(declined));
    }
  },
  async 'responses usage'(model, tag) {
    for (const ask of [respond, respondStreamed]) {
      const { usage } = await ask({ model, input: `${tag} ${usageMarker}` });
      assert.deepEqual([usage.input_tokens, usage.output_tokens, usage.input_tokens_details.cached_tokens], [40, 7, 4]);
    }
  },
  async 'responses json schema'(model, tag) {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false };
    const response = await respond({ model, input: `${tag} [[json {"n":7}]]`, text: { format: { type: 'json_schema', name: 'answer', strict: true, schema } } });
    assert.deepEqual(JSON.parse(textOf(response)), { n: 7 });
  },
  async 'responses refused and limited'(model) {
    for (const stream of [false, true]) {
      const refused = await rejected(client.responses.create({ model: failing(model, 400), input: 'x', stream }));
      assert.ok(refused instanceof OpenAI.BadRequestError, refused.stack);
      const limited = await rejected(client.responses.create({ model: failing(model, 429), input: 'x', stream }));
      assert.ok(limited instanceof OpenAI.RateLimitError, limited.stack);
    }
  },
};

await run({
  ...responsesCases,
  async text(model, tag) {
    const { data: reply, response } = await client.chat.completions.create({ model, messages: user(`${tag} héllo`) }).withResponse();
    assert.equal(reply.choices[0].message.content, `Echo: ${tag} héllo`);
    assert.equal(reply.choices[0].finish_reason, 'stop');
    assert.equal(reply.object, 'chat.completion');
    assert.match(response.headers.get('x-agt-trace'), /^tr_/);
    assert.ok(reply.usage.total_tokens === reply.usage.prompt_tokens + reply.usage.completion_tokens);
  },
  async 'text streamed'(model, tag) {
    const deltas = [];
    const runner = stream({ model, messages: user(`${tag} one two three`) });
    runner.on('content', (delta) => deltas.push(delta));
    const reply = await runner.finalChatCompletion();
    assert.equal(reply.choices[0].message.content, `Echo: ${tag} one two three`);
    assert.equal(deltas.join(''), `Echo: ${tag} one two three`);
    assert.ok(deltas.length > 1, 'the text came in one piece');
    assert.equal(reply.choices[0].finish_reason, 'stop');
    assert.ok(reply.usage.total_tokens > 0);
  },
  async 'stream without usage'(model, tag) {
    let text = '';
    for await (const chunk of await create({ model, messages: user(tag), stream: true })) {
      assert.ok(chunk.usage === undefined || chunk.usage === null, 'usage was not asked for');
      assert.equal(chunk.choices.length, 1);
      text += chunk.choices[0].delta.content ?? '';
    }
    assert.equal(text, `Echo: ${tag}`);
  },
  'two tools': (model, tag) => toolLoop(create, model, tag),
  'two tools streamed': (model, tag) => toolLoop((body) => stream(body).finalChatCompletion(), model, tag),
  async 'tools by the runner'(model, tag) {
    const said = { get_weather: 'sunny', get_time: 'noon' };
    const runner = client.chat.completions.runTools({
      model, messages: user(`${tag} ${toolPrompt}`), stream: true,
      tools: Object.keys(schemas).map((name) => ({
        type: 'function', function: { name, description: describe[name], parameters: schemas[name], parse: JSON.parse, function: () => said[name] },
      })),
    });
    assert.equal(await runner.finalContent(), toolAnswer);
  },
  async image(model, tag) {
    const content = [{ type: 'text', text: tag }, { type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }];
    const reply = await create({ model, messages: user(content) });
    assert.equal(reply.choices[0].message.content, `Echo: ${tag}`);
  },
  async reasoning(model, tag) {
    const reply = await create({ model, messages: user(`${tag} [[think]]`), reasoning_effort: 'low', max_completion_tokens: 8000 });
    assert.equal(reply.choices[0].message.reasoning_content, thought);
    assert.equal(reply.choices[0].message.content, `Echo: ${tag} [[think]]`);
  },
  async 'reasoning streamed'(model, tag) {
    let thoughts = '';
    let text = '';
    for await (const chunk of await create({ model, messages: user(`${tag} [[think]]`), reasoning_effort: 'low', stream: true })) {
      thoughts += chunk.choices[0]?.delta.reasoning_content ?? '';
      text += chunk.choices[0]?.delta.content ?? '';
    }
    assert.equal(thoughts, thought);
    assert.equal(text, `Echo: ${tag} [[think]]`);
  },
  async 'reasoning and tools'(model, tag) {
    const messages = user(`${tag} [[think]] ${toolPrompt}`);
    const first = await stream({ model, messages, tools, reasoning_effort: 'low' }).finalChatCompletion();
    const message = first.choices[0].message;
    const said = answerTools(asCalls(message));
    messages.push(message, ...message.tool_calls.map((c, i) => ({ role: 'tool', tool_call_id: c.id, content: said[i] })));
    const second = await create({ model, messages, tools, reasoning_effort: 'low' });
    assert.equal(second.choices[0].message.content, toolAnswer);
  },
  async usage(model, tag) {
    for (const ask of [create, (body) => stream(body).finalChatCompletion()]) {
      const { usage } = await ask({ model, messages: user(`${tag} ${usageMarker}`) });
      assert.equal(usage.prompt_tokens, 40);
      assert.equal(usage.completion_tokens, 7);
      assert.equal(usage.total_tokens, 47);
      assert.equal(usage.prompt_tokens_details?.cached_tokens, 4);
    }
  },
  async 'length stop'(model, tag) {
    assert.equal((await create({ model, messages: user(`${tag} [[length]]`) })).choices[0].finish_reason, 'length');
    let reason = null;
    for await (const chunk of await create({ model, messages: user(`${tag} [[length]]`), stream: true })) reason = chunk.choices[0]?.finish_reason ?? reason;
    assert.equal(reason, 'length');
  },
  async 'stop sequence'(model, tag) {
    const asked = create({ model, messages: user(`${tag} before STOP after`), stop: ['STOP'] });
    if (!knowsStops(model)) {
      assert.equal((await rejected(asked)).status, 400);
      return;
    }
    const reply = await asked;
    assert.equal(reply.choices[0].message.content, `Echo: ${tag} before `);
    assert.equal(reply.choices[0].finish_reason, 'stop');
  },
  async 'json schema'(model, tag) {
    const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false };
    const reply = await create({
      model, messages: user(`${tag} [[json {"n":7}]]`), response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
    });
    assert.deepEqual(JSON.parse(reply.choices[0].message.content), { n: 7 });
  },
  async 'refused with 400'(model) {
    for (const streamed of [false, true]) {
      const error = await rejected(create({ model: failing(model, 400), messages: user('x'), stream: streamed }));
      assert.ok(error instanceof OpenAI.BadRequestError, error.stack);
      assert.match(error.message, /Simulated 400/);
      assert.equal(error.type, 'invalid_request_error');
    }
  },
  async 'limited with 429'(model) {
    for (const streamed of [false, true]) {
      const error = await rejected(create({ model: failing(model, 429), messages: user('x'), stream: streamed }));
      assert.ok(error instanceof OpenAI.RateLimitError, error.stack);
      assert.ok(Number(error.headers.get('retry-after')) > 0, 'no retry-after');
    }
  },
  async models(model) {
    const ids = [];
    for await (const one of client.models.list()) ids.push(one.id);
    assert.ok(ids.includes(model), `${model} is not among ${ids}`);
    assert.equal((await client.models.retrieve(model)).id, model);
    assert.ok((await rejected(client.models.retrieve('no-such-model'))) instanceof OpenAI.NotFoundError);
  },
});
