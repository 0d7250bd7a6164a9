// The program that stands between super and an agent that speaks the Agent Client Protocol: it starts the agent, asks it, and
// answers it by the permissions that it has. What comes from the agent goes to standard output as it came, message by message.
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AnyMessage,
  type ClientContext,
  client,
  methods,
  PROTOCOL_VERSION,
  RequestError,
} from '@agentclientprotocol/sdk';
import manifest from '../../package.json' with { type: 'json' };
import { type PipedChild, startPiped } from '../process/piped-child.ts';
import { openJudge } from '../run/policy/policy.ts';
import type { AcpCall } from './acp.ts';
import { placesFrom, readText, writeText } from './acp-files.ts';
import { chooseOption, commandKeys, refusalOf, type ToolWish, wishOf } from './acp-policy.ts';
import { choiceOfMode, choiceOfModel } from './acp-session.ts';
import { exitMessage } from './command.ts';
import { whyForbidden } from './guard.ts';
import { readCall } from './host-side.ts';
import type { Native } from './streams/events.ts';
import { isObject, objectOf, objectsOf, textOf } from './streams/native.ts';

/** How long an agent has to end by itself once it has answered, and then after TERM, in milliseconds. */
const patience = 500;
const graceMs = 2000;

/** Longest message of an agent, in characters. */
const longestMessage = 67_108_864;

/** Most calls of tools of which is remembered what was told. */
const mostCalls = 1000;

/** What of an update is kept as it is. */
const essentials: readonly string[] = ['toolCallId', 'kind', 'name', 'title', 'locations'];

/** What was told of the calls of tools, and of the session: libraries leave out what their version does not know. */
interface Heard {
  readonly calls: Map<string, Native>;
  session: Native;
}

const call = readCall<AcpCall>(process.argv[2]);
const places = placesFrom(call.cwd);
const judge = openJudge(call.policy ?? {});
const heard: Heard = { calls: new Map(), session: {} };
const child = startPiped(call.argv, call.cwd);
process.exit(await run());

async function run(): Promise<number> {
  let stopped = false;
  const prompt = readFileSync(0, 'utf8');
  const asking = app().connectWith(streamOf(child), async (agent) => {
    process.on('SIGTERM', () => {
      stopped = true;
      const { sessionId } = heard.session;
      if (typeof sessionId === 'string') void agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => {});
    });
    await ask(agent, prompt);
  });
  // Something that the agent left behind may hold its output open when it is gone.
  const died = child.ended.then(async () => {
    await sleep(patience);
    throw new Error('the agent is gone');
  });
  const fault = await Promise.race([asking, died]).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (fault === undefined) {
    await dismiss();
    return stopped ? 143 : 0;
  }
  // What broke the connection is better told by the end of the agent than by that of the connection.
  const end = await Promise.race([child.ended, sleep(1000, undefined, { ref: false })]);
  // Then what it wrote to its standard error is its last word.
  const gone = end !== undefined && !(fault instanceof RequestError);
  tell({ type: 'super.failed', message: whyFailed(fault, end), ...(gone && { gone }) });
  await dismiss();
  return stopped ? 143 : 1;
}

function whyFailed(fault: unknown, end: number | string | undefined): string {
  if (typeof end === 'string') return `the agent could not be started: ${end}`;
  const words = fault instanceof Error ? fault.message : String(fault);
  if (fault instanceof RequestError) return withDetails(words, fault.data);
  return end === undefined ? words : `the agent ended before it had answered: ${exitMessage(end)}`;
}

/** The words of an agent, which often stand beside its message. */
function withDetails(message: string, data: unknown): string {
  const details = typeof data === 'string' ? data : textOf(objectOf(data).details) || textOf(objectOf(data).message);
  return details === '' || message.includes(details) ? message : `${message}: ${details}`;
}

/** One turn: as much as an attempt has. */
async function ask(agent: ClientContext, prompt: string): Promise<void> {
  const { protocolVersion } = await agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientInfo: { name: manifest.name, version: manifest.version },
    // Writing is offered, because what is written by us stays in the working folder. Reading is not, although who asks is answered:
    // to gemini a file that is not there yet is a fault then, and it can make none.
    clientCapabilities: { fs: { readTextFile: false, writeTextFile: call.permissions !== 'plan' }, terminal: false },
  });
  if (protocolVersion !== PROTOCOL_VERSION) {
    throw new Error(`the agent speaks version ${protocolVersion} of the protocol, super speaks ${PROTOCOL_VERSION}`);
  }
  const { sessionId } = await agent.request(methods.agent.session.new, { cwd: call.cwd, mcpServers: [] });
  for (const choice of [choiceOfMode(heard.session, call.permissions), choiceOfModel(heard.session, call.model)]) {
    if (choice?.type === 'impossible') throw new Error(choice.message);
    if (choice !== undefined) await agent.request(choice.method, { sessionId, ...choice.params });
  }
  await agent.request(methods.agent.session.prompt, { sessionId, prompt: [{ type: 'text', text: prompt }] });
}

/** What an agent may ask of us. */
function app() {
  return client({ name: manifest.name })
    .onRequest(methods.client.session.requestPermission, ({ params }) => {
      const told = params.toolCall as Native;
      const wish = wishOf([told, heard.calls.get(textOf(told.toolCallId)) ?? {}]);
      const refusal = forbidden(wish) ?? refusalOf(wish, call.permissions, places);
      const answer = chooseOption(params.options as readonly Native[], refusal, call.permissions);
      if (answer.refusal !== undefined) tellRefusal(wish, answer.refusal);
      return {
        outcome:
          answer.optionId === undefined
            ? { outcome: 'cancelled' as const }
            : { outcome: 'selected' as const, optionId: answer.optionId },
      };
    })
    .onRequest(methods.client.fs.readTextFile, ({ params: { path, line, limit } }) => {
      permit({ id: '', tool: 'read', input: path, kind: 'read', command: '', paths: [path] });
      return orNotFound(path, () => ({ content: readText(path, line ?? undefined, limit ?? undefined) }));
    })
    .onRequest(methods.client.fs.writeTextFile, ({ params: { path, content } }) => {
      permit({ id: '', tool: 'write', input: path, kind: 'edit', command: '', paths: [path] });
      return orNotFound(path, () => {
        writeText(path, content);
        return {};
      });
    });
}

/** Why a policy forbids what is wished, whatever the permissions say; undefined where it does not. */
function forbidden({ command }: ToolWish): string | undefined {
  const [judgement] = command === '' ? [] : judge(command);
  return judgement === undefined || judgement.verdict === 'watch' ? undefined : whyForbidden(judgement);
}

/** Throws what the agent is answered where its wish is refused. */
function permit(wish: ToolWish): void {
  const refusal = refusalOf(wish, call.permissions, places);
  if (refusal === undefined) return;
  tellRefusal(wish, refusal);
  throw RequestError.invalidParams({ details: refusal }, refusal);
}

function orNotFound<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw RequestError.resourceNotFound(path);
    throw RequestError.internalError({ details: (error as Error).message }, (error as Error).message);
  }
}

function tellRefusal({ id, tool, input, command }: ToolWish, why: string): void {
  tell({ type: 'super.refused', id, tool, input, why, ...(command !== '' && { command }) });
}

function tell(line: Native): void {
  print(JSON.stringify(line));
}

function print(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

/** The agent's messages, each told on its way; what is no message is told and goes no further. */
function streamOf({ stdin, stdout }: PipedChild) {
  /** Whether nobody takes messages any more: what still comes is told all the same. */
  let over = false;
  const readable = new ReadableStream<AnyMessage>({
    start(controller) {
      const take = (line: string) => {
        if (line.trim() === '') return;
        print(line);
        const message = messageIn(line);
        if (message === undefined) return;
        remember(message);
        // Notifications are for whoever reads what is printed here: the library would complain of those that are newer than itself.
        if (!over && message.id !== undefined && message.id !== null) controller.enqueue(message as AnyMessage);
      };
      const fail = (error: Error) => {
        stdout.destroy();
        if (!over) controller.error(error);
        over = true;
      };
      const lines = lineCutter(take, fail);
      stdout.setEncoding('utf8').on('data', lines.push);
      stdout.on('end', () => {
        lines.end();
        if (!over) controller.close();
      });
    },
    cancel() {
      over = true;
    },
  });
  const writable = new WritableStream<AnyMessage>({
    write: (message) => void stdin.write(`${JSON.stringify(message)}\n`),
  });
  return { readable, writable };
}

/** Cuts text into lines. One that is longer than any message may be is a failure. */
function lineCutter(take: (line: string) => void, fail: (error: Error) => void) {
  let parts: string[] = [];
  let length = 0;
  const keep = (part: string) => {
    parts.push(part);
    length += part.length;
  };
  const end = () => {
    const line = parts.join('');
    parts = [];
    length = 0;
    take(line);
  };
  return {
    push(chunk: string): void {
      const pieces = chunk.split('\n');
      for (const piece of pieces.slice(0, -1)) {
        keep(piece);
        end();
      }
      keep(pieces.at(-1) ?? '');
      if (length > longestMessage)
        fail(new Error(`the agent sent a message of more than ${longestMessage} characters`));
    },
    end,
  };
}

function messageIn(line: string): Native | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function remember(message: Native): void {
  const result = objectOf(message.result);
  if (typeof result.sessionId === 'string') heard.session = result;
  if (message.method !== methods.client.session.update) return;
  const update = objectOf(objectOf(message.params).update);
  const id = textOf(update.toolCallId);
  if (id === '') return;
  if (heard.calls.size >= mostCalls) heard.calls.delete(heard.calls.keys().next().value ?? '');
  heard.calls.set(id, { ...heard.calls.get(id), ...essence(update) });
}

/** What of an update matters for a permission: not the texts of files, which may be long. */
function essence(update: Native): Native {
  const kept = Object.entries(update).filter(([key, value]) => value !== null && essentials.includes(key));
  const { content, rawInput } = update;
  const paths = objectsOf(content).map(({ path }) => ({ path }));
  const input = Object.entries(objectOf(rawInput)).filter(
    ([key, value]) => (typeof value === 'string' && value.length < 4096) || commandKeys.includes(key),
  );
  return {
    ...Object.fromEntries(kept),
    ...(paths.length > 0 && { content: paths }),
    ...(input.length > 0 && { rawInput: Object.fromEntries(input) }),
  };
}

/** The agent goes: by itself when nobody speaks with it any more, else it is told. */
async function dismiss(): Promise<void> {
  child.stdin.end();
  const gone = await Promise.race([child.ended.then(() => true), sleep(patience, false, { ref: false })]);
  if (gone) return;
  child.end(graceMs);
  await child.ended;
}
