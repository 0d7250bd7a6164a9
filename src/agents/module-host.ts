/**
 * The program in which a module agent runs: Node takes it by --input-type=module -e, with the path of the call's file as its
 * argument. Text, because it must run from the bundle too, in a process of its own. To its file descriptor 3 it writes, line by
 * line, {"progress"} for what the agent reports, {"usage"} for what it has used, and in the end one {"result"}, with "usage" or "error".
 */
export const moduleHost = String.raw`
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
const { module, promptFile, ...call } = JSON.parse(readFileSync(process.argv[1], 'utf8'));
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort(new Error('the attempt is being stopped')));
const tell = (what) => {
  const line = Buffer.from(JSON.stringify(what) + '\n');
  for (let at = 0; at < line.length; ) at += writeSync(3, line, at);
};
const end = (code, result) => {
  tell({ result });
  process.exit(code);
};
try {
  const { default: agent } = await import(module);
  if (typeof agent?.run !== 'function') throw new TypeError('the default export of the module has no function "run"');
  const answer = await agent.run({
    ...call,
    prompt: promptFile === undefined ? '' : readFileSync(promptFile, 'utf8'),
    env: { ...process.env },
    signal: stopping.signal,
    report: (progress) => {
      if (typeof progress?.text !== 'string') throw new TypeError('a report needs a text');
      tell({ progress });
    },
    spend: (usage) => tell({ usage }),
    log: (text) => process.stderr.write(text + '\n'),
  });
  const output = answer === undefined || answer === null || typeof answer === 'string' ? answer : answer.output;
  if (typeof output === 'string') writeFileSync(call.outputFile, output);
  else if (output !== undefined && output !== null) throw new TypeError('the output of the agent is not a string');
  end(0, { usage: answer?.usage });
} catch (error) {
  console.error(error);
  end(1, { error: String(error?.message ?? error).slice(0, 100_000) });
}
`;
