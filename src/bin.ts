#!/usr/bin/env node
// The executable. Written for any Node, so that an old one gets a sentence instead of a syntax error.
import { version } from './cli/version.ts';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const [first, second] = process.argv.slice(2);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `super needs Node.js 22.18 or newer; this is ${process.versions.node}. See https://nodejs.org\n`,
  );
  process.exitCode = 4;
} else if (second === undefined && (first === '--version' || first === '-V')) {
  process.stdout.write(`${version}\n`);
} else {
  // In what is built, compiled.ts stands here. No await: that is for modules, and the executable is none.
  void import('./process-io.ts').then(({ runProcess }) => runProcess());
}
