// Loaded into the program by --require: counts what it changes below a folder, and has something happen at the n-th change.
// CHAOS_FAULT is JSON: {root, log, mode, at, only}; with `only` changes of files count whose paths end in that. Modes:
//   count                   nothing happens; the log gets a line for each change when the process ends
//   before, middle, after   the process is killed by SIGKILL; in the middle: half of what is written is written
//   full                    from there on the disk is full; once: for that one change
const fs = require('node:fs');

const { root, log, mode, at, only = '' } = JSON.parse(process.env.CHAOS_FAULT);
const { writeSync, writeFileSync, appendFileSync } = fs;
const names = new Map();
const told = [];
let count = 0;

const below = (path) => typeof path === 'string' && path.startsWith(root) && path.endsWith(only);
const nameOf = (file) => (typeof file === 'number' ? names.get(file) : file);

function die() {
  process.kill(process.pid, 'SIGKILL');
  // Nothing else may happen until the signal arrives.
  for (;;);
}

function noRoom(syscall, path) {
  const text = `ENOSPC: no space left on device, ${syscall} '${path}'`;
  return Object.assign(new Error(text), { code: 'ENOSPC', errno: -28, syscall, path });
}

/** Whether something is to happen at this change; the first time it is written down. */
function strikes(syscall, path, { writes, takesRoom }) {
  if ((mode === 'middle' && !writes) || ((mode === 'full' || mode === 'once') && !takesRoom)) return false;
  count += 1;
  told.push(`${syscall} ${path.slice(root.length)}`);
  if (mode === 'count') return false;
  if (count === at) appendFileSync(log, `${told.at(-1)}\n`);
  return mode === 'full' ? count >= at : count === at;
}

/** Wraps a function that changes something; `which` is the place of the path among its arguments. */
function wrap(owner, syscall, which, kind, half) {
  const original = owner[syscall];
  owner[syscall] = function (...args) {
    const path = nameOf(args[which]);
    if (!below(path) || kind.unless?.(args) || !strikes(syscall, path, kind)) return original.apply(this, args);
    if (mode === 'before') die();
    if (mode === 'middle') {
      half(args);
      die();
    }
    if (mode === 'after') return dieAfter(() => original.apply(this, args), args);
    // A disk that runs full takes a part first.
    if (syscall === 'writeSync' && count === at && mode === 'full') return half(args);
    if (typeof args.at(-1) === 'function') return args.at(-1)(noRoom(syscall, path));
    if (owner === fs.promises) return Promise.reject(noRoom(syscall, path));
    throw noRoom(syscall, path);
  };
}

function dieAfter(act, args) {
  if (typeof args.at(-1) === 'function') {
    args[args.length - 1] = die;
    return act();
  }
  let result;
  try {
    result = act();
  } catch {
    die(); // after what did not succeed, too
  }
  if (typeof result?.then !== 'function') die();
  return result.then(die, die);
}

function halfWrite([file, data, offset = 0]) {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data.subarray(offset);
  return writeSync(file, bytes.subarray(0, Math.ceil(bytes.length / 2)));
}

function halfFile([path, data, options]) {
  const bytes = Buffer.from(data);
  writeFileSync(path, bytes.subarray(0, bytes.length >> 1), options);
}

const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants;
const onlyReads = ([, flags = 'r']) =>
  typeof flags === 'string' ? /^r/.test(flags) : (flags & (O_WRONLY | O_RDWR | O_CREAT)) === 0;

wrap(fs, 'openSync', 0, { takesRoom: true, unless: onlyReads });
const wrapped = fs.openSync;
fs.openSync = (path, ...rest) => {
  const file = wrapped(path, ...rest);
  names.set(file, String(path));
  return file;
};
wrap(fs, 'writeSync', 0, { takesRoom: true, writes: true }, halfWrite);
wrap(fs, 'writeFileSync', 0, { takesRoom: true, writes: true }, halfFile);
for (const name of ['mkdirSync', 'fdatasync']) wrap(fs, name, 0, { takesRoom: true });
for (const name of ['symlinkSync', 'linkSync', 'renameSync', 'copyFileSync']) wrap(fs, name, 1, { takesRoom: true });
for (const name of ['unlinkSync', 'rmSync', 'rmdirSync', 'truncateSync', 'ftruncateSync', 'chmodSync'])
  wrap(fs, name, 0, {});
wrap(fs.promises, 'copyFile', 1, { takesRoom: true });
wrap(fs.promises, 'rm', 0, {});

if (mode === 'count') process.on('exit', () => writeFileSync(log, told.map((line) => `${line}\n`).join('')));
