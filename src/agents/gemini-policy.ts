// Patterns of a policy as rules of gemini's. It looks at each command of a text, and at its arguments as JSON: {"command":"git push ..."}.

/** What may stand before a command and does not change what it is: a folder, a variable, a program that starts it. */
const before = String.raw`(|[^"\\ ]*/|[A-Za-z_0-9]+=[^"\\ ]* |env |sudo |nohup |time |command |exec |xargs |nice |timeout [^"\\ ]+ )`;

/** What may stand after it. */
const after = String.raw`(["\\ ;&|)>]|$)`;

/** Anything up to a quote or another command. More would take a group that is repeated, which gemini refuses beside another group. */
const anything = String.raw`[^"\\;&|]*`;

/** The text of a policy file that denies these patterns. */
export function geminiPolicy(patterns: readonly string[]): string {
  return patterns
    .map((pattern) => {
      const message = `The policy of this run denies it (${pattern}).`;
      return [
        '[[rule]]',
        'toolName = "run_shell_command"',
        `commandRegex = ${JSON.stringify(expression(pattern))}`,
        'decision = "deny"',
        'priority = 999',
        `denyMessage = ${JSON.stringify(message)}`,
      ].join('\n');
    })
    .join('\n\n')
    .concat('\n');
}

function expression(pattern: string): string {
  const words = pattern.trim().split(/\s+/).join(' ');
  const open = words.endsWith(' *');
  const pieces = (open ? words.slice(0, -2) : words).split('*').map(literal);
  return before + pieces.join(anything) + (open ? after : String.raw`\s*"`);
}

/** A text as it stands in JSON, to be met by nothing else; blanks by several, too. */
function literal(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll(' ', ' +');
}
