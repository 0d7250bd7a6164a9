/**
 * A program for node -e, for the nursery when its orchestrator is dead: some processes have a child and end before a shell has
 * come so far as to list them. It looks at the numbers given out last, again and again, and kills what bears the stamp
 * (stamp.ts) of the run together with its group. It ends when nothing was found for a while: with 0 when nothing was found at all.
 * Argument: the stamp.
 */
export const ambushProgram = `
const { readFileSync } = require('node:fs');
const self = require('node:process');
const read = (path) => { try { return readFileSync(path, 'latin1'); } catch { return ''; } };
const last = () => Number(read('/proc/loadavg').trim().split(' ').at(-1));
const groupOf = (pid) => { const stat = read('/proc/' + pid + '/stat'); return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]); };
const kill = (target) => { try { self.kill(target, 'SIGKILL'); } catch {} };
const stamped = new RegExp('^Max file locks +[0-9]+ +' + self.argv[1] + '[0-9]{6} ', 'm');
const mine = groupOf(self.pid);
const began = Date.now();
let found = began;
for (let before = last(); Date.now() < Math.min(began + 2000, found + 200);) {
  const now = last();
  for (let pid = Math.max(2, before - 1, now - 20); pid <= now; pid += 1) {
    const group = groupOf(pid);
    if (!(group > 1) || group === mine || !stamped.test(read('/proc/' + pid + '/limits'))) continue;
    found = Date.now() + 1;
    kill(-group);
    kill(pid);
  }
  before = now;
}
self.exitCode = found === began ? 0 : 1;
`;
