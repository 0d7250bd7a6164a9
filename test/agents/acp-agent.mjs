// An agent that speaks the Agent Client Protocol and does what its script says: a JSON list of steps in the file that it is given.
// What it was answered it writes to answers.jsonl.
import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const { offers = {}, steps } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const waiting = new Map();
let ids = 100;
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const update = (what) => send({ method: 'session/update', params: { sessionId: 's', update: what } });
const ask = (method, params) => {
  ids += 1;
  send({ id: ids, method, params: { sessionId: 's', ...params } });
  return new Promise((resolve) => waiting.set(ids, resolve));
};
const note = (what) => appendFileSync('answers.jsonl', `${JSON.stringify(what)}\n`);
let cancel = () => {};
const cancelled = new Promise((resolve) => {
  cancel = resolve;
});

async function prompt(id, params) {
  note({ prompt: params.prompt });
  for (const step of steps) {
    if (step.say !== undefined)
      update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: step.say } });
    if (step.sayEnv !== undefined)
      update({
        sessionUpdate: 'agent_message_chunk',
        content: { type: 'text', text: `it is ${process.env[step.sayEnv]}` },
      });
    if (step.update !== undefined) update(step.update);
    if (step.raw !== undefined) process.stdout.write(step.raw);
    if (step.complain !== undefined) process.stderr.write(`${step.complain}\n`);
    if (step.ask !== undefined) note(await ask(step.ask, step.params));
    if (step.deaf) process.on('SIGTERM', () => note('deaf'));
    if (step.exit !== undefined) process.exit(step.exit);
    if (step.cancellable) await cancelled;
    if (step.hang) await new Promise(() => {});
    if (step.fail !== undefined) return send({ id, error: step.fail });
    if (step.end !== undefined) return send({ id, result: step.end });
  }
}

const results = {
  initialize: { protocolVersion: 1, agentInfo: { name: 'scripted', version: '1.2.3' }, ...offers.initialize },
  'session/new': { sessionId: 's', ...offers.session },
};
process.stdin.on('end', () => offers.lingers || process.exit(0));
if (offers.lingers) setInterval(() => {}, 1000);
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method === undefined) return waiting.get(id)?.(error ?? result);
  if (method === 'session/cancel') return cancel();
  if (method !== 'session/prompt') note({ method, params });
  if (offers.refuses === method) return send({ id, error: { code: -32000, message: 'Authentication required' } });
  if (method === 'session/prompt') void prompt(id, params);
  else send({ id, result: results[method] ?? {} });
});
