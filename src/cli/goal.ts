import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Call, type Io, textOption, usageFault } from './command.ts';
import { orRefuse } from './paths.ts';

/** A variable of a process's environment holds 131,071 bytes on Linux, its name and the sign included. */
const longestGoal = 131_000;

/** The goal that the command line gives, if any. Throws a Refusal for one that no process could be given. */
export async function goalOption(call: Call, io: Io): Promise<string | undefined> {
  const text = textOption(call, 'goal');
  const file = textOption(call, 'goalFile');
  if (text !== undefined && file !== undefined) throw usageFault('give --goal or --goal-file, not both');
  const goal = file === undefined ? text : await readGoal(file, io);
  if (goal === undefined) return undefined;
  if (goal.includes('\0')) throw usageFault('the goal holds a NUL character, which no process can be given');
  if (Buffer.byteLength(goal) > longestGoal) {
    const hint = 'put it into a file of the project and name that file in a short goal';
    throw usageFault(`the goal is ${Buffer.byteLength(goal)} bytes long; processes can be given ${longestGoal}`, hint);
  }
  return goal;
}

async function readGoal(file: string, io: Io): Promise<string> {
  if (file === '-') return (await io.stdin()).trimEnd();
  return orRefuse(`the goal from ${file}`, () => readFileSync(resolve(io.cwd, file), 'utf8').trimEnd());
}
