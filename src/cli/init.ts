import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { printable } from '../diagnostics/printable.ts';
import { tellOn } from '../reporters/wrap.ts';
import { type Command, exit, type Io, usageFault } from './command.ts';

export const init: Command = {
  path: ['init'],
  summary: 'make a project: playbooks, and an orchestra that needs no key',
  operands: '[dir]',
  example: 'super init my_project',
  async run({ operands: [asked = '.'] }, io) {
    const { gitignore, projectFiles } = await import('../authoring/project.ts');
    const root = resolve(io.cwd, asked);
    if (statSync(root, { throwIfNoEntry: false })?.isDirectory() === false) {
      throw usageFault(`${asked} is a file; a project is a folder`, 'name a folder, or none for this one');
    }
    for (const [name, text] of Object.entries(projectFiles(basename(root)))) {
      const file = join(root, name);
      if (!existsSync(file)) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text, { flag: 'wx' });
        tellOn(io.stdout, `wrote  ${name}\n`);
      } else if (name === '.gitignore') extend(file, gitignore, io);
      else tellOn(io.stdout, `kept   ${name}, which was there\n`);
    }
    tellOn(io.stdout, nextSteps(relative(io.cwd, root)));
    return exit.succeeded;
  },
};

/** Adds to a .gitignore what it does not say yet. */
function extend(file: string, wanted: string, io: Io): void {
  const text = readFileSync(file, 'utf8');
  const said = new Set(text.split('\n').map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = wanted
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !said.has(line.replace(/^\/|\/$/g, '')));
  if (missing.length === 0) {
    tellOn(io.stdout, 'kept   .gitignore, which was there\n');
    return;
  }
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  writeFileSync(file, `${gap}${missing.join('\n')}\n`, { flag: 'a' });
  tellOn(io.stdout, `added to .gitignore: ${missing.join(' ')}\n`);
}

function nextSteps(folder: string): string {
  const steps = [
    'super orchestra validate',
    'super orchestra run hello --goal "See what is here" --dry-run',
    'super orchestra run hello --goal "See what is here"',
  ];
  const where = folder === '' ? 'next:' : `next, in ${printable(folder)}:`;
  return `\n${where}\n${steps.map((step) => `  ${step}\n`).join('')}`;
}
