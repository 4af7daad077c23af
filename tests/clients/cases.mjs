// What the SDK scripts share: the upstreams they go through, the tools and the picture they send, and a runner that
// prints one line of JSON a case, so that the suite that started the script can name what failed.
import assert from 'node:assert/strict';

// argv: the gateway's address, the package to load, the label of the run, and the models to ask for, one an upstream.
const [base, packageName, label, ...models] = process.argv.slice(2);
export const gateway = base;
export const sdk = await import(packageName);

export const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const schemas = {
  get_weather: { type: 'object', properties: { city: { type: 'string', description: 'A city.' } }, required: ['city'] },
  get_time: { type: 'object', properties: { zone: { type: 'string' }, precise: { type: 'boolean' } }, required: ['zone'] },
};
export const describe = { get_weather: 'The weather of a city.', get_time: 'The time of a zone.' };
export const toolPrompt =
  'Look at both. [[tool get_weather {"city":"Zürich \\"old town\\""}]] [[tool get_time {"zone":"Europe/Zurich","precise":true}]]';
const answers = { get_weather: 'sunny', get_time: 'noon' };
export const toolAnswer = 'Tools said: sunny | noon';
export const wantedArguments = {
  get_weather: { city: 'Zürich "old town"' },
  get_time: { zone: 'Europe/Zurich', precise: true },
};
export const thought = 'The user asked for something simple. I will think about it briefly and then answer.';
export const usageMarker = '[[usage {"input":40,"cached":4,"output":7,"reasoning":0}]]';

// Runs the tools that a model called; both must have been called, with the arguments that the prompt asked for.
export function answerTools(calls) {
  assert.deepEqual(calls.map((c) => c.name), ['get_weather', 'get_time']);
  for (const call of calls) assert.deepEqual(call.arguments, wantedArguments[call.name]);
  const ids = calls.map((c) => c.id).filter((id) => id !== undefined);
  assert.equal(new Set(ids).size, ids.length, 'the ids of parallel calls must differ');
  return calls.map((c) => answers[c.name]);
}

// The model of a case that must fail: its upstream has a script that answers with this status.
export const failing = (model, status) => `${model}-${status}`;

// OpenAI's Responses API knows no stop sequences: asking for one must be refused, not left out.
export const knowsStops = (model) => model !== 'to-responses';

export async function rejected(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('the call succeeded');
}

// Runs every case with every model, a few at a time.
export async function run(cases) {
  const jobs = models.flatMap((model) => Object.entries(cases).map(([name, test]) => ({ model, name, test })));
  async function worker() {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const result = { case: `${label} ${job.model} ${job.name}`, ok: true };
      const tag = `${label}/${job.model}/${job.name}`;
      try {
        await job.test(job.model, tag);
      } catch (error) {
        result.ok = false;
        result.error = String(error?.stack ?? error).slice(0, 3000);
      }
      console.log(JSON.stringify(result));
    }
  }
  await Promise.all(Array.from({ length: 6 }, worker));
}
