/**
 * The program of the nursery: the one small process from which all others are started, and their guardian.
 * Arguments: run id, private folder, which it makes: nobody else could take it away again; stamp
 * (stamp.ts); node, and what it runs in an ambush (ambush.js.ts); for others to read, who started it: <pid>:<began>. It reads lines on stdin and reports lines on stdout.
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
run=$1 folder=$2 stamp=$3 node=$4 ambush=$5 guarded=
lower() { ulimit -w "$1" 2>/dev/null || ulimit -x "$1" 2>/dev/null; }
tries=0
until lower "${'$'}{stamp}999999"; do
  tries=$((tries + 1)) stamp=$((stamp / 2))
  [ $tries -lt 12 ] || { stamp=; break; }
done
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
  { ([ -z "$stamp" ] || lower $((stamp * 1000000 + 999999 - $1 % 1000000)); trap - TERM HUP PIPE; launcher <"$folder/$1" 3>&1 >/dev/null 2>&3); echo "gone $1 $?"; } &
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
    guard) [ "$first" -gt 1 ] && guarded="$guarded $first:$second" ;;
    release) release "$first:$second" ;;
    bye) exit 0 ;;
  esac
done

# Nobody is left who could end what runs. A word on the broken status pipe would end this shell first.
exec >/dev/null 2>&1 3>&1
facts() {
  state= group= began=
  # No process is started for it, for there may be thousands; a name may hold a line end, and then the fields are too few.
  { read -r line <"/proc/$1/stat"; } || return 1
  one_of=$1
  set -- ${'$'}{line##*) }
  if [ $# -lt 30 ]; then
    line=$(tr '\n' ' ' <"/proc/$one_of/stat") || return 1
    set -- ${'$'}{line##*) }
  fi
  state=$1 group=$3 began=${'$'}{20}
}
# A number that now belongs to another process is left alone; a group outlives its leader, and keeps the number taken.
marked() { grep -lzE "^SUPER_RUN_ID=$run\$|^SUPER_WITHIN=(.* )?$run/" /proc/[0-9]*/environ; }
stamped() { [ -z "$stamp" ] || grep -lE "^Max file locks +[0-9]+ +$stamp[0-9]{6} " /proc/[0-9]*/limits; }
# The dead do not count: it may be long until somebody takes notice of them.
members() { grep -lE "\) [^ZX] [0-9]+ (${'$'}{groups#|}) " /proc/[0-9]*/stat; }
foreign() { facts "$1" && [ "$group" != "$$" ] && case $state in [ZX]) false ;; esac; }
# Once is enough: some take a second TERM for impatience.
tell() {
  case "$1 $groups| $told " in TERM*"|$group|"* | TERM*" $2 "*) return ;; esac
  told="$told $2"
  kill -s "$1" "$2" && found=1
}
youngest() { read -r _ _ _ _ last </proc/loadavg; }
signal() {
  found= crowded= groups= told=
  youngest
  elder=$last
  for one in $guarded; do
    leader=${'$'}{one%:*}
    if [ -e "/proc/$leader" ]; then facts "$leader" && [ "$began" = "${'$'}{one#*:}" ] || continue; fi
    kill -s "$1" -- "-$leader" && groups="$groups|$leader"
  done
  [ -z "$groups" ] || [ -z "$(members)" ] || found=1
  # Who bears the stamp has it from its parents, and so has all of its group.
  for one in $(stamped); do
    one=${'$'}{one#/proc/} one=${'$'}{one%/limits}
    foreign "$one" || continue
    tell "$1" "$one"
    [ "$1" = KILL ] && [ "$group" -gt 1 ] && kill -s KILL -- "-$group"
  done
  for one in $(marked); do
    one=${'$'}{one#/proc/} one=${'$'}{one%/environ}
    foreign "$one" && tell "$1" "$one"
  done
  # So many were born meanwhile that one of ours may have had a child and ended before it was seen.
  youngest
  [ $((last - elder)) -ge 0 ] && [ $((last - elder)) -lt 100 ] || crowded=1
}
now() { read -r seconds _ </proc/uptime && seconds=${'$'}{seconds%.*}; }
now
late=$((seconds + 2)) end=$((seconds + 10)) killings=0
signal TERM
while [ -n "$found" ] && now && [ "$seconds" -lt $late ]; do sleep 0.1; signal 0; done
while [ -n "$found$crowded" ] && now && [ "$seconds" -lt $end ]; do
  signal KILL
  killings=$((killings + 1))
  if [ -n "$stamp" ] && { [ -n "$crowded" ] || [ $killings -gt 2 ]; }; then "$node" -e "$ambush" "$stamp" && crowded=; fi
  sleep 0.05
done
rm -rf "$folder"
kill -s KILL 0
`;
