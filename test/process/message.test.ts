import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPlain } from '../../src/process/message.ts';
import { type Lab, openLab, reference, script } from './lab.ts';

let lab: Lab;
beforeAll(() => {
  lab = openLab(300, { PATH: process.env.PATH });
});
afterAll(() => lab.close());

/** Scripts that must end and print as under a shell of their own; the words say how they are run. */
const scripts: readonly [kind: 'plain' | 'real', text: string][] = [
  ['plain', ''],
  ['plain', 'true'],
  ['plain', 'false'],
  ['plain', 'exit 7'],
  ['plain', 'echo a; false; echo b'],
  ['plain', 'if false; then echo x; fi; echo after'],
  ['plain', 'false || echo caught; ! true; echo on'],
  ['plain', 'set +e; false; echo still here'],
  ['plain', '(exit 3); echo never'],
  ['plain', 'f() { false; echo never; }; f'],
  ['plain', 'x=$(false); echo never'],
  ['plain', 'false | true; echo piped'],
  ['plain', 'echo $UNSET_NAME; echo never'],
  ['plain', `echo \${super_stop-none} \${1-no} \${OPTIND}`],
  ['plain', 'echo one\nif then'],
  ['plain', 'echo "unclosed'],
  ['plain', 'no_such_command_here --x'],
  ['plain', '/etc/passwd'],
  ['plain', 'cd / && pwd'],
  ['plain', 'pwd; echo $PWD'],
  ['plain', 'cat; echo end of input'],
  ['plain', 'echo $0 $# "$@"'],
  ['plain', 'set -- a "b c"; echo $# $2'],
  ['plain', 'umask; ulimit -n'],
  ['plain', "echo 'a'\\''b' \"$(printf '%s' '\\\\')\""],
  ['plain', 'cat <<END\n$HOME_LESS_TEXT_IS_NOT_HERE\nEND'],
  ['plain', "cat <<'END'\nit's $raw `here`\nEND"],
  ['plain', 'echo to the other side >&2; exit 2'],
  ['plain', 'echo closed >&3'],
  ['plain', 'env | cut -d= -f1 | grep -v -e ^SUPER_ -e ^_ | sort'],
  ['plain', 'for i in 1 2 3; do echo $i; done; while read -r x; do echo $x; done; case a in a) echo a;; esac'],
  ['plain', 'wait; echo $?'],
  ['real', 'trap "echo bye" EXIT; false'],
  ['real', 'trap "echo caught" TERM; kill -TERM $$; echo after'],
  ['real', 'kill -KILL $$'],
  ['real', 'kill -INT $$; echo never'],
  ['real', 'sh -c "kill -QUIT \\$\\$"; echo never'],
  ['real', '[ $$ = "$(sh -c "echo \\$PPID")" ] && echo same'],
  ['real', 'exec echo replaced; echo never'],
  ['real', 'exec no_such_program'],
  ['real', 'echo $-'],
  ['real', 'return 4'],
  ['real', 'sleep 0 & wait; echo waited'],
  ['real', 'eval "exit 9"'],
  ['real', '. ./no-such-file; echo never'],
];

describe('a script behaves as under sh -eu -c', () => {
  test.each(scripts)('%s: %s', async (kind, text) => {
    expect(isPlain(script(text))).toBe(kind === 'plain');
    const wanted = reference(text, lab.folder);
    const { end, stdout, stderr } = await lab.finish(`t${scripts.findIndex((one) => one[1] === text)}`, script(text));
    expect({ ...end, stdout }).toEqual({
      type: 'exited',
      code: wanted.code ?? expect.toSatisfy((code: number) => code > 128),
      stdout: wanted.stdout,
    });
    expect(withoutPlace(stderr)).toBe(withoutPlace(wanted.stderr));
  });
});

/** Messages of a shell without the word that it was evaluated. */
function withoutPlace(text: string): string {
  return text.replaceAll(/^(sh: \d+: )eval: /gm, '$1');
}

test('a launcher takes the next script with nothing of the one before', async () => {
  const one = await lab.finish('one', script('LEFT=over; export LEFT; cd /; umask 0; echo $LEFT'));
  const two = await lab.finish('two', script(`echo \${LEFT-nothing}; pwd; umask`));
  expect(one.stdout).toBe('over\n');
  expect(two.stdout).toMatch(new RegExp(`^nothing\n${lab.folder}\n0[0-7]*[1-7]\n$`));
});

test('other shells and argv are started as they are', async () => {
  const bash = await lab.finish('bash', script(`echo $0 $# \${BASH_VERSION:+yes}`, 'bash -u'));
  expect(bash.stdout).toBe('bash 0 yes\n');
  const argv = await lab.finish('argv', { type: 'argv', argv: ['printf', '%s|', "it's", '$HOME', '', 'a\nb'] });
  expect(argv.stdout).toBe("it's|$HOME||a\nb|");
});
