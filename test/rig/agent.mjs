// An agent that does what the test tells it: it connects to the test's socket, says who it is, and obeys one line after the other.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const socket = connect(process.env.RIG_SOCKET);
let prompt = '';
for await (const chunk of process.stdin) prompt += chunk;
const { SUPER_TASK: task, SUPER_ATTEMPT: attempt } = process.env;
socket.write(
  `${JSON.stringify({ task, attempt: Number(attempt), pid: process.pid, argv: process.argv.slice(2), env: process.env, prompt })}\n`,
);
const orders = {
  say: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  write: ({ path, text }) => writeFileSync(path, text),
  /** Is deaf to TERM from now on. */
  deaf: () => process.on('SIGTERM', () => {}),
  /** Starts a grandchild that is deaf, too; where `apart`, in a group of its own. */
  child({ apart }) {
    const text = 'trap "" TERM HUP INT; echo; while :; do sleep 1; done';
    const child = spawn('sh', ['-c', text], { detached: apart, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => socket.write(`${JSON.stringify({ child: child.pid })}\n`));
  },
  exit: (code) => process.exit(code),
};
for await (const line of createInterface({ input: socket })) {
  for (const [name, value] of Object.entries(JSON.parse(line))) orders[name](value);
}
// The test has gone: whatever the agent was told, it does not stay.
process.exit(99);
