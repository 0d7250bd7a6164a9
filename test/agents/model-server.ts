// A model server on loopback that speaks four protocols. The first part of the path names the case, the rest is the protocol's.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Asked {
  readonly case: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the library sends
  readonly body: any;
}

export interface ModelServer {
  readonly url: string;
  /** What it was asked, in order. */
  readonly asked: Asked[];
  /** Lets an answer of "stepwise" go on by one word; whether one waited for it. */
  step(): boolean;
  close(): Promise<void>;
}

const words = ['Hello ', 'from ', 'the ', 'stand-in.'];
const reporting = ['{"type": "milestone", ', '"text": "half of it"}', ' and a finding in prose'];

/** Opens the server on a port of its own. */
export async function openModelServer(): Promise<ModelServer> {
  const asked: Asked[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      const [, name = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? [];
      asked.push({ case: name, path, headers: request.headers, body: JSON.parse(text || '{}') });
      const times = asked.filter((each) => each.case === name).length;
      const pause = () => new Promise<void>((resolve) => waiting.push(resolve));
      void answer(name, path, times, response, pause);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    step() {
      const next = waiting.shift();
      next?.();
      return next !== undefined;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(name: string, path: string, times: number, response: ServerResponse, pause: () => Promise<void>) {
  const refuse = (status: number, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    const error = { type: 'stand_in', code: status, message: `stand-in ${status}`, status: 'STAND_IN' };
    response.end(JSON.stringify({ type: 'error', error }));
  };
  if (/^\d{3}$/.test(name)) return refuse(Number(name));
  if (name === 'busy' && times === 1) return refuse(429, { 'retry-after': '1' });
  if (name === 'exact' && times === 1) return refuse(429, { 'retry-after-ms': '30' });
  if (name === 'patience') return refuse(429, { 'retry-after': '7200' });
  if (name === 'flaky' && times === 1) return refuse(500, { 'retry-after': '0' });
  if (name === 'down') return refuse(503, { 'retry-after': '0' });
  if (name === 'hang') return;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (name === 'overloaded' && times === 1) {
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    return response.end(`event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`);
  }
  if (name === 'blocked') {
    return response.end(`data: ${JSON.stringify({ promptFeedback: { blockReason: 'SAFETY' } })}\n\n`);
  }
  const told = name === 'empty' ? [] : name === 'report' ? reporting : words;
  const finish = { length: 'length', refusal: 'content_filter' }[name] ?? 'stop';
  for (const part of eventsOf(path, told, finish)) {
    if (name === 'stepwise' && part.isText) await pause();
    if (name === 'cut' && part.isEnd) return response.end();
    if (name === 'torn' && part.isEnd) return setTimeout(() => response.destroy(), 50);
    response.write(`${part.event === undefined ? '' : `event: ${part.event}\n`}data: ${part.data}\n\n`);
  }
  response.end();
}

interface Part {
  readonly event?: string;
  readonly data: string;
  readonly isText?: boolean;
  /** The first part that says that it is over. */
  readonly isEnd?: boolean;
}

function eventsOf(path: string, told: readonly string[], finish: string): readonly Part[] {
  if (path.includes('/messages')) return anthropic(told, finish);
  if (path.includes('/responses')) return responses(told);
  if (path.includes('enerateContent')) return google(told);
  return chat(told, finish);
}

function anthropic(told: readonly string[], finish: string): readonly Part[] {
  const stop = { length: 'max_tokens', content_filter: 'refusal' }[finish] ?? 'end_turn';
  const usage = { input_tokens: 9, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 3 };
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'stand-in', content: [], usage };
  const event = (type: string, rest: object, flags = {}): Part => ({
    event: type,
    data: JSON.stringify({ type, ...rest }),
    ...flags,
  });
  return [
    event('message_start', { message: { ...message, stop_reason: null, stop_sequence: null } }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...told.map((text) =>
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }, { isText: true }),
    ),
    event('content_block_stop', { index: 0 }),
    event(
      'message_delta',
      { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 7 } },
      { isEnd: true },
    ),
    event('message_stop', {}),
  ];
}

function chat(told: readonly string[], finish: string): readonly Part[] {
  const base = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'stand-in' };
  const chunk = (rest: object, flags = {}): Part => ({ data: JSON.stringify({ ...base, ...rest }), ...flags });
  const usage = {
    prompt_tokens: 12,
    completion_tokens: 7,
    total_tokens: 19,
    prompt_tokens_details: { cached_tokens: 3 },
  };
  return [
    ...told.map((content) =>
      chunk({ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] }, { isText: true }),
    ),
    chunk({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }, { isEnd: true }),
    chunk({ choices: [], usage }),
    { data: '[DONE]' },
  ];
}

function responses(told: readonly string[]): readonly Part[] {
  const text = told.join('');
  const item = {
    type: 'message',
    id: 'm',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  };
  const usage = {
    input_tokens: 12,
    input_tokens_details: { cached_tokens: 3 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 19,
  };
  const response = {
    id: 'r',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'stand-in',
    output: [item],
    usage,
    error: null,
  };
  const event = (type: string, rest: object, flags = {}): Part => ({
    event: type,
    data: JSON.stringify({ type, ...rest }),
    ...flags,
  });
  return [
    event('response.created', { response: { ...response, status: 'in_progress', output: [], usage: null } }),
    event('response.output_item.added', { output_index: 0, item: { ...item, content: [] } }),
    ...told.map((delta) =>
      event('response.output_text.delta', { item_id: 'm', output_index: 0, content_index: 0, delta }, { isText: true }),
    ),
    event('response.output_item.done', { output_index: 0, item }),
    event('response.completed', { response }, { isEnd: true }),
  ];
}

function google(told: readonly string[]): readonly Part[] {
  const usageMetadata = {
    promptTokenCount: 12,
    candidatesTokenCount: 7,
    totalTokenCount: 19,
    cachedContentTokenCount: 3,
  };
  const content = (text: string) => ({ role: 'model', parts: [{ text }] });
  return [
    ...told.map((text) => ({
      data: JSON.stringify({ candidates: [{ content: content(text), index: 0 }] }),
      isText: true,
    })),
    {
      data: JSON.stringify({ candidates: [{ content: content(''), finishReason: 'STOP', index: 0 }], usageMetadata }),
      isEnd: true,
    },
  ];
}
