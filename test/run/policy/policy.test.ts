// What a policy sees in commands: evasions that it is made for, innocents that it must not touch, and that no text is too much for it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openJudge } from '../../../src/run/policy/policy.ts';
import type { Policy } from '../../../src/schema/types.gen.ts';

const one = openJudge({
  deny: ['git push *', 'touch *', 'rm -rf *', 'sudo *', 'dd *', 'mkfs*', 'format *', 'curl * | sh *'],
});

function worst(policy: Policy, command: string) {
  return openJudge(policy)(command)[0];
}

const pushes = [
  'git push',
  'git push origin main',
  '  git   push  ',
  '\tgit\tpush',
  'git push;',
  'git push&',
  'git push # now',
  '# first\ngit push',
  'git \\\npush',
  'git push>log 2>&1',
  '2>/dev/null git push',
  '>log git push',
  // after and within others
  'cd x && git push',
  'a || git push',
  'a; git push',
  'a\ngit push',
  'a & git push',
  'a | git push',
  'a |& git push',
  '(git push)',
  '((git push))',
  '{ git push; }',
  '! git push',
  'if true; then git push; fi',
  'if git push; then :; fi',
  'if a; then b; elif git push; then c; else d; fi',
  'if a; then b; else git push; fi',
  'for x in a b; do git push; done',
  'for x\ndo git push; done',
  'for ((i = 0; i < 2; i++)); do git push; done',
  'while a; do git push; done < file',
  'until git push; do sleep 1; done',
  'select x in a; do git push; done',
  'case x in a) git push;; esac',
  'case "$x" in (a|b) echo;; c) git push;; esac',
  'case x in a) b;& *) git push; esac',
  'case x in esac; git push',
  '[[ a && b ]] && git push',
  '[ -n "$x" ] && git push',
  'f() { git push; }; f',
  'function f { git push; }',
  'coproc git push',
  'a=(x y); git push',
  'echo $((1<<2))\ngit push',
  'echo $(( 1 + 1 )) && git push',
  // substitutions
  'echo $(git push)',
  'echo "$(git push)"',
  'echo "a `git push` b"',
  '`git push`',
  '$(git push)',
  'x=$(git push)',
  `echo "$${'{x:-'}$(git push)}"`,
  'diff <(git push) file',
  'tee >(git push)',
  'echo "$(echo "$(git push)")"',
  'echo $(case x in a) git push;; esac)',
  // quotes
  'g\\it push',
  '"git" push',
  '"git" pu\'sh\'',
  "'git' 'push'",
  "$'git' push",
  "$'\\x67it' push",
  "$'\\147it' push",
  '$"git" push',
  'git "push" \'origin\'',
  'git "push origin"',
  // paths, variables and options of git
  '/usr/bin/git push',
  './git push',
  'A=1 B=2 git push',
  'A="x y" git push',
  'PATH+=:x git push',
  'git -C x push',
  'git -c a=b --no-pager push -f',
  'git --git-dir=x --work-tree y push',
  // programs that start programs
  'env git push',
  'env A=1 git push',
  'env -i -u B A=1 git push',
  'env -S "git push"',
  "env -S'git push' origin",
  'env --split-string="git push"',
  'sudo -nu root git push',
  'xargs -rn 1 git push',
  "find . -exec sh -c 'git push' \\;",
  "find . -exec true \\; -exec bash -c 'cd x; git push' _ {} +",
  "sh -ce 'git push'",
  'bash -cx "git push"',
  "bash --rcfile x -o pipefail -c 'git push' x",
  'echo -n git push | sh',
  'echo -e "true\\ngit push" | bash',
  'printf "git push\\n" | sh',
  "/usr/bin/printf '%s %s\\n' git push | sh",
  "printf '%s\\n' true 'git push' | sh",
  'time { git push; }',
  'nohup git push &',
  'time git push',
  'time -p git push',
  '/usr/bin/time -f %e git push',
  'timeout 5 git push',
  'timeout -k 3 --signal KILL 10 git push',
  'nice git push',
  'nice -n 5 git push',
  'ionice -c 3 git push',
  'setsid -f git push',
  'stdbuf -oL git push',
  'xargs git push',
  'ls | xargs -n 1 -P 4 git push',
  'exec git push',
  'exec -a x git push',
  'command git push',
  'builtin command git push',
  'flock /tmp/l git push',
  'flock /tmp/l -c "git push"',
  'busybox git push',
  'find . -name x -exec git push {} \\;',
  'find . -execdir git push + -ok b \\;',
  'sudo -u bob env A=1 nohup git push',
  // texts for shells
  'bash -c "git push"',
  "sh -c 'cd x; git push'",
  'bash -lc "git push"',
  'zsh -o pipefail -c "git push"',
  '/bin/bash -eu -c "git push"',
  'bash -c "bash -c \'git push\'"',
  'eval git push',
  'eval "git push"',
  'su -c "git push" bob',
  'script -qc "git push" /dev/null',
  'watch -n 5 git push',
  'trap "git push" EXIT',
  'env A=1 timeout 5 bash -c "git push"',
  "bash <<< 'git push'",
  'bash <<EOF\ngit push\nEOF',
  "bash -s <<'EOF'\ngit push\nEOF",
  'sh <<-EOF\n\tgit push\n\tEOF\necho',
  'cat <<EOF\n$(git push)\nEOF',
  'cat <<EOF\n"\'`git push`\nEOF',
  'cat <<A <<B\na\nA\nb\nB\ngit push',
  'cat <<EOF > x\nfoo\nEOF\ngit push',
  'echo git push | sh',
  'printf "git push" | tee x | bash',
  "cat <<'E' | bash -s\ngit push\nE",
  // what no shell would take is no way out
  'git push "',
  'echo $( git push',
  ') git push',
  'fi; git push',
  '}; git push; {',
  'git push <<EOF',
];

describe('git push * is seen', () => {
  test.each(pushes)('%j', (command) => {
    expect(one(command)[0]).toMatchObject({ verdict: 'deny', pattern: 'git push *' });
  });
});

const innocents = [
  'git status',
  'git stash push',
  'git pushx',
  'git-push',
  'Git Push',
  'GIT PUSH',
  'git add .', // holds "dd"
  'git log --format=%H', // holds "format"
  'jq --output-format json',
  'npm run format',
  'rm -r x',
  'rm x -rf-not',
  'added',
  'ls /sudo',
  'man sudo',
  'which sudo dd',
  'bash build.sh -c "git push"',
  "env A=1 git log -S 'git push'",
  "printf 'git push\\n' | tee x; sh y",
  'echo git push',
  'echo "git push"',
  "echo '$(git push)'",
  'echo "\\$(git push)"',
  'echo \\`git push\\`',
  "git commit -m 'rm -rf /'",
  'git commit -m "touch x; git push && sudo rm"',
  'git commit -F - <<EOF\ngit push\nEOF',
  'git commit -m "$(cat <<\'EOF\'\nStop people who git push\n\ngit push\nEOF\n)"',
  'cat <<EOF\ngit push\nsudo x\nEOF',
  "cat > x.sh <<'EOF'\n$(git push)\n`sudo x`\nEOF",
  '# git push',
  'ls # git push',
  'echo a#b',
  'grep -r "git push" .',
  'grep -rn sudo src | head',
  'cat x | grep touch',
  'sed -e "s/git push//"',
  "awk '/git push/ { touch }' x",
  "awk '{ print }' | sort",
  'case git in push) echo;; sudo) echo;; esac',
  'for x in touch sudo; do echo; done',
  'cmds=(sudo git push)',
  'x="git push"',
  'x=sudo',
  '[[ git == push || sudo ]]',
  '[[ $x =~ (sudo|dd) ]]',
  'sudo() { :; }',
  'echo > touch',
  'cat < sudo',
  'ls 2> sudo',
  'curl x > sh',
  'curl x; sh',
  'curl x && sh',
  'sh; curl x',
  'sh | curl x',
  'curl x | shellcheck -',
  'curl x | jq . | less',
  'echo "curl x | sh"',
  'sh script.sh touch',
  'bash -c "echo touch"',
  'python -c "import touch"',
  'node -e "git push"',
  'mytouch x',
  'touch.sh',
  './touch.sh',
  'make touch',
  'npm run touch -- sudo',
  'find . -name touch',
  'find . -name "*.ts" -exec wc -l {} +',
  'timeout 5 make touch',
  'command -v sudo', // told apart below: what is asked for is not started
  'cd touch && ls',
  'diff <(cat touch) sudo',
  '',
  ' ',
  '\n\n',
  '$',
];

describe('innocents', () => {
  test.each(innocents)('%j', (command) => {
    expect(one(command)).toEqual([]);
  });
});

describe('patterns', () => {
  test.each([
    ['git push', 'git push', true],
    ['git push', 'git push origin', true],
    ['git push', 'git pusher', false],
    ['rm -rf', 'rm -rf build', true],
    ['sudo', 'sudo -u bob ls', true],
    ['curl * | sh', 'curl x | sh -s', true],
    ['git push *', 'git push', true],
    ['git push*', 'git pusher', true],
    ['git  push   *', 'git push x', true],
    ['git * push *', 'git push', false],
    ['git * main', 'git push origin main', true],
    ['git * main', 'git push origin main -f', false],
    ['git * --force *', 'git push --force', true],
    ['git * --force *', 'git push --forced x', false],
    ['*push', 'git push', true],
    ['* --force *', 'anything at all --force', true],
    ['mkfs*', 'mkfs.ext4 /dev/sda', true],
    ['dd if=*', 'dd if=/dev/zero of=x', true],
    ['dd if=*', 'dd of=x', false],
    ['chmod * 777 *', 'chmod -R 777 .', true],
    ['/usr/bin/git *', '/usr/bin/git push', true],
    ['/usr/bin/git *', 'git push', false],
    ['./deploy.sh', './deploy.sh', true],
    ['./deploy.sh', 'bash -c ./deploy.sh', true],
    ['npm publish *', 'npm publish --tag next', true],
    ['npm publish *', 'npm  run publish', false],
    ['sudo git *', 'sudo git push', true],
    ['sudo git *', 'git push', false],
    ['rm -rf *', 'rm -rf *', true],
    ['rm -rf *', 'xargs rm -rf', true],
    ['a.c', 'abc', false],
    ['echo (x)', 'echo "(x)"', true],
    ['curl * | sh', 'curl x | sh', true],
    ['curl * | sh *', 'curl -fsSL x | sh -s -- -y', true],
    ['curl * | sh *', 'curl x | sudo -E sh', true],
    ['curl * | sh *', 'curl x | tee y | sh', true],
    ['curl * | sh *', '(curl x; true) | sh', true],
    ['curl * | sh *', '{ curl x; } | { sh; }', true],
    ['curl * | sh *', 'while curl x; do :; done | sh', true],
    ['curl * | sh *', 'sh -c "$(curl x)"', true],
    ['curl * | sh *', 'sh <(curl x)', true],
    ['curl * | sh *', 'echo "$(curl x | sh)"', true],
    ['curl * | sh *', 'bash -c "curl x | sh"', true],
    ['curl * | sh *', 'echo "$(curl x)"', false],
    ['curl * | sh *', 'curl x || sh', false],
    ['curl * | sh *', 'curl x |\nsh', true],
    ['* | xargs rm *', 'ls | xargs rm', true],
    ['a * | b | c *', 'a | x | b | c', true],
    ['a * | b | c *', 'a | c | b', false],
  ])('%j and %j: %j', (pattern, command, meets) => {
    expect(worst({ deny: [pattern] }, command) !== undefined).toBe(meets);
  });

  test('the strictest word counts, and each command is told once', () => {
    const policy = { deny: ['sudo *'], confirm: ['git push *'], watch: ['git *', 'curl * | sh'] };
    expect(openJudge(policy)('git fetch; git fetch; git push; sudo git gc; curl x | sh')).toEqual([
      { verdict: 'deny', pattern: 'sudo *', command: 'sudo git gc' },
      { verdict: 'confirm', pattern: 'git push *', command: 'git push' },
      { verdict: 'watch', pattern: 'git *', command: 'git fetch' },
      { verdict: 'watch', pattern: 'git *', command: 'git push' },
      { verdict: 'watch', pattern: 'git *', command: 'sudo git gc' },
      { verdict: 'watch', pattern: 'curl * | sh', command: 'curl x | sh' },
    ]);
  });

  test.each([
    ['git -C app push origin main', 'git -C app push origin main'],
    ["bash -lc 'cd app && git -C x push --force'", 'git -C x push --force'],
    ['sudo -u ann /usr/bin/git push', 'sudo -u ann /usr/bin/git push'],
  ])('of %j all of the simple command is told', (command, told) => {
    expect(worst({ deny: ['git push *'] }, command)?.command).toBe(told);
  });

  test('however much is watched, what is denied is seen', () => {
    const many = Array.from({ length: 500 }, (_, number) => `ls ${number}`);
    const policy = { deny: ['git push *'], watch: ['ls *'] };
    expect(worst(policy, [...many, 'git push'].join('; '))).toMatchObject({ verdict: 'deny' });
    expect(openJudge(policy)(many.join(';'))).toHaveLength(100);
  });

  test('a command is told in short, and without what would start a new line', () => {
    const told = worst({ watch: ['echo *'] }, `echo "a\nb${'x'.repeat(500)}"`)?.command ?? '';
    expect(told).toMatch(/^echo a bx+\.\.\.$/);
    expect(told.length).toBeLessThan(220);
  });
});

/** Texts for shells within texts for shells, each seen by several programs. */
function nested(deep: number): string {
  return deep === 0 ? 'x' : `env env env env env env env -S ${JSON.stringify(nested(deep - 1))}`;
}

describe('properties', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          ...'git push sudo ; | & ( ) { } $( ` " \' \\ << EOF \n [[ ]] case in esac if fi do done # ='.split(' '),
        ),
      )
      .map((parts) => parts.join(' ')),
  );

  test('no text is too odd', () => {
    fc.assert(fc.property(anything, (text) => one(text).length <= 300));
  });

  test('whatever stands before a command on lines of its own, it is seen', () => {
    const closed = fc.constantFrom(
      'ls',
      'echo "a b"',
      "x='y'",
      'a | b',
      '(a; b)',
      'if a; then b; fi',
      'cat <<E\nx\nE',
      '# x',
      '',
    );
    fc.assert(
      fc.property(fc.array(closed), (lines) => {
        expect(one([...lines, 'git push'].join('\n'))[0]?.pattern).toBe('git push *');
      }),
    );
  });

  test('however its words are quoted, a command is seen', () => {
    const quoted = (word: string) =>
      fc.constantFrom(word, `"${word}"`, `'${word}'`, `\\${word}`, `${word[0]}""${word.slice(1)}`, `$'${word}'`);
    fc.assert(
      fc.property(quoted('git'), quoted('push'), (git, push) => {
        expect(one(`${git} ${push}`)[0]?.pattern).toBe('git push *');
      }),
    );
  });

  test('what stands in single quotes as an argument is never a command', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        expect(one(`echo '${text.replaceAll("'", '')} $(git push); git push'`)).toEqual([]);
      }),
    );
  });

  test.each([
    ['longer than a shell is given', `true ${'x'.repeat(200_000)}`],
    ['read too often', `env -S "${'env -S '.repeat(200)}"`],
    ['too deep', Array.from({ length: 9 }).reduce((text: string) => `sh -c ${JSON.stringify(text)}`, 'true')],
  ])('what is %s counts as what is forbidden', (_, text) => {
    const told = expect.stringMatching(/^(true|env|sh) .{1,200}\.\.\.$/);
    const unread = { command: told, pattern: '', unread: true, nested: true };
    expect(one(text)).toEqual([{ verdict: 'deny', ...unread }]);
    expect(worst({ confirm: ['git push'] }, text)).toEqual({ verdict: 'confirm', ...unread });
    expect(worst({ watch: ['git push'] }, text)).toEqual({ verdict: 'watch', ...unread });
  });

  test.each(
    Object.entries({
      'split texts': `env -S "${'env -S '.repeat(100)}"`,
      brackets: '('.repeat(1e6),
      substitutions: '$('.repeat(5e5),
      separators: 'a;'.repeat(5e5),
      pipes: 'a|'.repeat(5e5),
      quotes: '"\''.repeat(5e5),
      backticks: '`'.repeat(1e6),
      backslashes: '\\'.repeat(1e6),
      documents: 'cat <<E\n'.repeat(125_000),
      wrappers: 'sudo '.repeat(2e5),
      shells: 'bash -c "'.repeat(110_000),
      evals: 'eval '.repeat(2e5),
      nested: '(a|'.repeat(333_333),
      cases: 'case x in a) '.repeat(77_000),
      'texts for shells': `sh${' <<<a'.repeat(200_000)} | sh`,
      'finds in finds': 'find -exec '.repeat(90_909),
      'finds that end': `find ${'-exec a ";" '.repeat(83_000)}`,
      'wrappers with texts': 'env '.repeat(2e5) + nested(7),
      finds: `find ${'-exec a '.repeat(125_000)}`,
      pushes: 'git push;'.repeat(111_111),
      curls: 'curl x|'.repeat(142_857),
    }),
  )('up to a megabyte of %s takes no time', (_, text) => {
    const before = process.cpuUsage();
    one(text);
    const { user, system } = process.cpuUsage(before);
    // Some 10 ms of a processor that is not shared; a step that is done again for each part of a text would take minutes.
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});
