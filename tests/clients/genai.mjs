// The official Google GenAI SDK through the gateway: generateContent whole and streamed.
import assert from 'node:assert/strict';
import {
  answerTools, describe, failing, gateway, knowsStops, picture, rejected, run, schemas, sdk, thought, toolAnswer, toolPrompt, usageMarker,
} from './cases.mjs';

const client = new sdk.GoogleGenAI({ apiKey: 'client-key', httpOptions: { baseUrl: gateway, retryOptions: { attempts: 1 } } });
const upper = (schema) => JSON.parse(JSON.stringify(schema), (key, value) => (key === 'type' && typeof value === 'string' ? value.toUpperCase() : value));
// One declaration in Google's own schema, one in plain JSON schema: clients send both.
const declarations = [
  { name: 'get_weather', description: describe.get_weather, parameters: upper(schemas.get_weather) },
  { name: 'get_time', description: describe.get_time, parametersJsonSchema: schemas.get_time },
];
const tools = [{ functionDeclarations: declarations }];
const user = (...parts) => [{ role: 'user', parts }];
const thinkingConfig = { includeThoughts: true, thinkingBudget: 1500 };
const partsOf = (reply) => reply.candidates?.[0]?.content?.parts ?? [];
const textOf = (parts) => parts.filter((p) => !p.thought).map((p) => p.text ?? '').join('');
const thoughtsOf = (parts) => parts.filter((p) => p.thought).map((p) => p.text).join('');

async function whole(body) {
  const reply = await client.models.generateContent(body);
  return { parts: partsOf(reply), finish: reply.candidates?.[0]?.finishReason, usage: reply.usageMetadata, chunks: 1 };
}

async function streamed(body) {
  const out = { parts: [], finish: undefined, usage: undefined, chunks: 0 };
  for await (const chunk of await client.models.generateContentStream(body)) {
    out.parts.push(...partsOf(chunk));
    out.finish = chunk.candidates?.[0]?.finishReason ?? out.finish;
    out.usage = chunk.usageMetadata ?? out.usage;
    out.chunks += 1;
  }
  return out;
}

async function toolLoop(ask, model, tag, config = {}) {
  const contents = user({ text: `${tag} ${config.thinkingConfig ? '[[think]] ' : ''}${toolPrompt}` });
  const first = await ask({ model, contents, config: { tools, systemInstruction: 'Be brief.', ...config } });
  assert.equal(first.finish, 'STOP');
  const calls = first.parts.filter((p) => p.functionCall).map((p) => p.functionCall);
  const said = answerTools(calls.map((c) => ({ id: c.id, name: c.name, arguments: c.args })));
  contents.push({ role: 'model', parts: first.parts });
  contents.push({ role: 'user', parts: calls.map((c, i) => ({ functionResponse: { id: c.id, name: c.name, response: { output: said[i] } } })) });
  const second = await ask({ model, contents, config: { tools, systemInstruction: 'Be brief.', ...config } });
  // How a result object is worded for an upstream that takes text is the gateway's choice; the values must be there.
  assert.match(textOf(second.parts), /^Tools said: .*sunny.* \| .*noon/);
  assert.equal(second.finish, 'STOP');
}

await run({
  async text(model, tag) {
    const reply = await whole({ model, contents: user({ text: `${tag} héllo` }) });
    assert.equal(textOf(reply.parts), `Echo: ${tag} héllo`);
    assert.equal(reply.finish, 'STOP');
    assert.ok(reply.usage.totalTokenCount > 0);
  },
  async 'text streamed'(model, tag) {
    const reply = await streamed({ model, contents: user({ text: `${tag} one two three` }) });
    assert.equal(textOf(reply.parts), `Echo: ${tag} one two three`);
    assert.ok(reply.chunks > 1, 'the text came in one piece');
    assert.equal(reply.finish, 'STOP');
  },
  async 'two tools'(model, tag) { await toolLoop(whole, model, tag); },
  async 'two tools streamed'(model, tag) { await toolLoop(streamed, model, tag); },
  async image(model, tag) {
    const reply = await whole({ model, contents: user({ text: tag }, { inlineData: { mimeType: 'image/png', data: picture } }) });
    assert.equal(textOf(reply.parts), `Echo: ${tag}`);
  },
  async reasoning(model, tag) {
    const reply = await whole({ model, contents: user({ text: `${tag} [[think]]` }), config: { thinkingConfig } });
    assert.equal(thoughtsOf(reply.parts), thought);
    assert.equal(textOf(reply.parts), `Echo: ${tag} [[think]]`);
  },
  async 'reasoning streamed'(model, tag) {
    const reply = await streamed({ model, contents: user({ text: `${tag} [[think]]` }), config: { thinkingConfig } });
    assert.equal(thoughtsOf(reply.parts), thought);
    assert.equal(textOf(reply.parts), `Echo: ${tag} [[think]]`);
  },
  async 'reasoning and tools'(model, tag) {
    await toolLoop(streamed, model, tag, { thinkingConfig });
    await toolLoop(whole, model, tag, { thinkingConfig });
  },
  async usage(model, tag) {
    for (const ask of [whole, streamed]) {
      const { usage } = await ask({ model, contents: user({ text: `${tag} ${usageMarker}` }) });
      assert.equal(usage.promptTokenCount, 40);
      assert.equal(usage.candidatesTokenCount, 7);
      assert.equal(usage.totalTokenCount, 47);
      assert.equal(usage.cachedContentTokenCount, 4);
    }
  },
  async 'length stop'(model, tag) {
    for (const ask of [whole, streamed]) assert.equal((await ask({ model, contents: user({ text: `${tag} [[length]]` }) })).finish, 'MAX_TOKENS');
  },
  async 'stop sequence'(model, tag) {
    const asked = whole({ model, contents: user({ text: `${tag} before STOP after` }), config: { stopSequences: ['STOP'] } });
    if (!knowsStops(model)) {
      assert.equal((await rejected(asked)).status, 400);
      return;
    }
    const reply = await asked;
    assert.equal(textOf(reply.parts), `Echo: ${tag} before `);
    assert.equal(reply.finish, 'STOP');
  },
  async 'json schema'(model, tag) {
    const responseJsonSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    const reply = await whole({ model, contents: user({ text: `${tag} [[json {"n":7}]]` }), config: { responseMimeType: 'application/json', responseJsonSchema } });
    assert.deepEqual(JSON.parse(textOf(reply.parts)), { n: 7 });
  },
  async 'tokens counted'(model, tag) {
    const { totalTokens } = await client.models.countTokens({ model, contents: user({ text: `${tag} ${'word '.repeat(200)}` }) });
    assert.ok(totalTokens > 100 && totalTokens < 2000, `${totalTokens} tokens`);
  },
  async 'refused with 400'(model) {
    for (const ask of [whole, streamed]) {
      const error = await rejected(ask({ model: failing(model, 400), contents: user({ text: 'x' }) }));
      assert.equal(error.status, 400, error.stack);
      assert.match(error.message, /Simulated 400/);
      assert.match(error.message, /INVALID_ARGUMENT/);
    }
  },
  async 'limited with 429'(model) {
    for (const ask of [whole, streamed]) {
      const error = await rejected(ask({ model: failing(model, 429), contents: user({ text: 'x' }) }));
      assert.equal(error.status, 429, error.stack);
      assert.match(error.message, /RESOURCE_EXHAUSTED/);
    }
  },
  async models(model) {
    const names = [];
    for await (const one of await client.models.list()) names.push(one.name);
    assert.ok(names.includes(`models/${model}`), `${model} is not among ${names}`);
    assert.equal((await client.models.get({ model })).name, `models/${model}`);
    assert.equal((await rejected(client.models.get({ model: 'no-such-model' }))).status, 404);
  },
});
