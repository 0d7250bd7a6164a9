/**
 * The program of the nursery: the one small process from which all others are started, and their guardian.
 * Arguments: run id, private folder, which it makes: nobody else could take it away again. It reads lines on stdin and reports lines on stdout.
 *
 *   start <slot>           makes the FIFO <folder>/<slot> and a shell that reads its program from it
 *   pipes <attempt> <name> ...  makes the FIFOs <folder>/<attempt>-<name>
 *   guard <pid> <began>    from now on the process group <pid> is ended should the orchestrator die
 *   release <pid> <began>  the group is empty
 *   bye                    the orchestrator ends well
 *
 *   ready [evaluates] | missing <tool> | fifo <slot> | failed <slot> | pipes <attempt> | nopipes <attempt> | gone <slot> <exit code>; anything else is a complaint
 *
 * It is deaf to INT, TERM, HUP and PIPE, and gives its children the default dispositions back: all but INT in a subshell, INT and
 * QUIT, which a shell sets to "ignore" for good in whatever it starts with `&`, through env or perl.
 */
export const nurseryProgram = String.raw`
run=$1 folder=$2 guarded=
trap '' INT TERM HUP PIPE
has() { command -v "$1" >/dev/null 2>&1; }
for tool in mkdir mkfifo sleep grep tr rm; do has "$tool" || { echo "missing $tool"; exit 4; }; done
mkdir -m 700 "$folder" || { echo "cannot make the folder $folder"; exit 4; }
if has setsid && env --default-signal=INT,QUIT true 2>/dev/null; then
  launcher() { exec env --default-signal=INT,QUIT setsid sh; }
elif has perl && perl -MPOSIX -e 1 2>/dev/null; then
  launcher() { exec perl -MPOSIX -e '$SIG{$_} = "DEFAULT" for qw(INT QUIT); POSIX::setsid(); exec "sh"'; }
elif has setsid; then
  launcher() { exec setsid sh; }
else
  echo 'missing setsid'; exit 4
fi
start() {
  mkfifo -m 600 "$folder/$1" || { echo "failed $1"; return; }
  echo "fifo $1"
  { (trap - TERM HUP PIPE; launcher <"$folder/$1" 3>&1 >/dev/null 2>&3); echo "gone $1 $?"; } &
}
release() {
  kept=
  for one in $guarded; do [ "$one" = "$1" ] || kept="$kept $one"; done
  guarded=$kept
}
pipes() {
  id=$1
  shift
  for one; do set -- "$@" "$folder/$id-$one"; shift; done
  mkfifo -m 600 "$@" && echo "pipes $id" || echo "nopipes $id"
}
# bash counts the lines of all that it ever evaluated, and would name wrong ones in its messages.
[ -n "${'$'}{BASH_VERSION-}" ] && echo 'ready' || echo 'ready evaluates'
while read -r word first second; do
  case $word in
    start) start "$first" ;;
    pipes) pipes "$first" $second ;;
    guard) guarded="$guarded $first:$second" ;;
    release) release "$first:$second" ;;
    bye) exit 0 ;;
  esac
done

# Nobody is left who could end what runs. A word on the broken status pipe would end this shell first.
exec >/dev/null 2>&1 3>&1
facts() {
  group= began=
  line=$(tr '\n' ' ' <"/proc/$1/stat") || return 1
  set -- ${'$'}{line##*) }
  group=$3 began=${'$'}{20}
}
# A number that now belongs to another process is left alone; a group outlives its leader, and keeps the number taken.
signal() {
  found=
  for one in $guarded; do
    leader=${'$'}{one%:*}
    if [ -e "/proc/$leader" ]; then facts "$leader" && [ "$began" = "${'$'}{one#*:}" ] || continue; fi
    kill -s "$1" -- "-$leader" && found=1
  done
  for one in $(grep -lzxF "SUPER_RUN_ID=$run" /proc/[0-9]*/environ); do
    one=${'$'}{one#/proc/} one=${'$'}{one%/environ}
    facts "$one" && [ "$group" != "$$" ] && kill -s "$1" "$one" && found=1
  done
}
now() { read -r seconds _ </proc/uptime && seconds=${'$'}{seconds%.*}; }
now
late=$((seconds + 2)) last=$((seconds + 10))
signal TERM
while [ -n "$found" ] && now && [ "$seconds" -lt $late ]; do sleep 0.1; signal 0; done
while [ -n "$found" ] && now && [ "$seconds" -lt $last ]; do signal KILL; sleep 0.05; done
rm -rf "$folder"
kill -s KILL 0
`;
