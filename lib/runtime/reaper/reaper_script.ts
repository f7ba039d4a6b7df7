/**
 * What a reaper does, for any `sh`. It hears lines: `+ GROUP`, a group to guard, whose leader lives;
 * `l GROUP MARK`, what runs in it now may leave something behind, but only once it has ended, which is
 * `f GROUP`: that group is nobody's business any more; `- GROUP TICKS`, its leader has ended that long ago;
 * `w PID`, the other reaper; the orders `s SIGNAL GROUP` and `p SIGNAL PID START`, each answered with a
 * line; `q`, stop what is left and end; `x`, end. The end of its input is the death of orch.
 */
import { COOKIE, cookiePattern, MARK_RLIMIT, ORDINARY_SERIAL } from "../kernel/cookie.ts";

/** The variable in which a reaper finds its text: in its arguments it would be found by whoever looks for orch. */
export const SCRIPT_VARIABLE = "GUARD";
/** The variable with the path of the control group, or nothing. */
export const CGROUP_VARIABLE = "GUARD_CGROUP";
/** The words that run the text. */
export const READ_SCRIPT = `eval "$${SCRIPT_VARIABLE}"`;

/**
 * $1 is the cookie, $2 the mark of this life, $3 the grace in tenths of a second, $4 the role, $5 orch.
 *
 * `kill -X -N` is the form that every shell's own kill takes, busybox's too; a program of that name needs
 * `--`, without which that of procps may take `-1…` for all processes there are. Numbers are given to new
 * processes again, so before each signal the reaper makes sure that they are still those it knows (`ours`):
 * the leader began when it did, or has ended and somebody is in the group who had begun by then, since a
 * number is free only when nobody is left, or somebody has the mark of the run; zombies count. Where
 * there is no /proc, the numbers are trusted. A group of zombies that nobody has waited for yet is gone,
 * though `kill -0` finds it.
 *
 * Where the system has no process left to give, grep cannot be started: then the shell reads itself, which takes
 * longer. `command eval` keeps a shell alive that cannot fork, but for bash, which waits and gives up:
 * it reads itself from the start.
 *
 * The second reaper stands by, as a child of nobody: it acts when orch is dead and the first is dead, too, or
 * stands still, and makes sure that nothing is left when the first one has ended. It hands on what it hears to a
 * third, which acts when all three are dead.
 */
export const REAPER_SCRIPT = `
unset ${SCRIPT_VARIABLE}
trap '' INT TERM HUP QUIT PIPE
cookie=$1 mark=$2 left=$3 role=$4 cgroup=$${CGROUP_VARIABLE} groups=' ' live=' ' other= proc= blanks=$IFS
own_cookie="^${COOKIE}=$cookie[.]" any_cookie="${cookiePattern("$cookie[.]")}"
line_end='
'
[ ! "$BASH_VERSION" ] || command exec 9<>/dev/ptmx
dashes=
PATH=/nowhere kill -0 $$ || dashes=--

run_if_any() { [ "$BASH_VERSION" ] || command eval "$1"; }
nap() {
  if [ ! "$BASH_VERSION" ]; then command eval "sleep $1"
  elif [ -c /dev/fd/9 ]; then read -r -t "$1" none <&9
  else sleep "$1"; fi
}
began() { began=; read -r stat <"/proc/$1/stat" && set -- \${stat##*) } && began=\${20}; }
up() { read -r up rest </proc/uptime && up=\${up%.*}\${up#*.}; }
# A container may have an uptime of its own: it counts from the start of this shell.
now() { up; now=$((up + ahead)); }
if began self; then proc=yes; up; ahead=$((began - up)); fi
# Those of a group, as PID:START, which are in one of these states.
members() {
  them= group=$1 states=$2 lines=
  run_if_any 'lines=$(grep -hsE "^[0-9]+ \\(.*\\) [$states] [0-9]+ $group " /proc/[0-9]*/stat; echo .)'
  case $lines in
    *.)
      set -f; IFS=$line_end
      for stat in $lines; do IFS=$blanks; member "$stat"; done
      set +f; IFS=$blanks ;;
    *) for file in /proc/[0-9]*/stat; do read -r stat <"$file" && member "$stat"; done ;;
  esac
}
member() {
  pid=\${1%% *}
  set -- \${1##*) }
  [ "$3" != "$group" ] || case $states in *"$1"*) them="$them$pid:\${20} " ;; esac
}
# Whether a process has the mark of this life, be it behind that of a run within it.
marked() {
  soft= hard=
  while read -r w1 w2 w3 soft hard rest; do [ "$w2 $w3" != "${MARK_RLIMIT}" ] || break; done <"/proc/$1/limits"
  case " $soft $hard " in *" $mark"[0-9]*) ;; *) return 1 ;; esac
}
# The same, where something else has taken the mark off it.
bears() { marked "$1" || command eval "grep -qsz '$any_cookie' /proc/$1/environ"; }
ours() {
  [ "$proc" ] || return 0
  eval "known=\\\${began_$1-} gone=\\\${gone_$1-}"
  if began "$1"; then [ "$began" = "$known" ]; return; fi
  [ "$gone" ] || { now; gone=$now; eval "gone_$1=$now"; }
  members "$1" 'RSDTtIWPKZXx'
  known= newest=0
  for one in $them; do
    [ "\${one#*:}" -gt "$gone" ] || known=yes
    [ "$known" ] || ! bears "\${one%:*}" || known=yes
    [ "\${one#*:}" -le "$newest" ] || newest=\${one#*:}
  done
  [ "$known" ] || return 1
  # Who is in it now is of the family, and vouches for it when the others are gone.
  [ "$newest" -le "$gone" ] || eval "gone_$1=$newest"
}
guard() { case $groups in *" $1 "*) ;; *) groups="$groups$1 " ;; esac; }
forget() { case $groups in *" $1 "*) groups="\${groups%% $1 *} \${groups#* $1 }" ;; esac; }
# Forgets what is gone: from then on the number may be a stranger's.
prune() { for g in $groups; do kill -0 $dashes "-$g" && ours "$g" || forget "$g"; done; }
lives() { [ ! "$proc" ] || { members "$1" 'RSDTtIWPK'; [ "$them" ]; }; }
any() { prune; for g in $groups; do lives "$g" && return 0; done; return 1; }
to_group() { kill "-$1" $dashes "-$2" && [ "$1" = TERM ] && kill -CONT $dashes "-$2"; }
to_all() { prune; for g in $groups; do to_group "$1" "$g"; done; }
to_one() { kill "-$1" "$2" && [ "$1" = TERM ] && kill -CONT "$2"; }

# What left its group: by its mark, which no program changes, or by its environment, of which grep reads more
# than a shell can. A run within a job has a mark of its own, and asks its own to end.
seek() {
  serial='${ORDINARY_SERIAL}'
  for one in $live; do serial="$serial|\${one#*:}"; done
  marks="^Max ${MARK_RLIMIT} +$mark($serial) " cookies=$own_cookie
  [ "$1" = innermost ] || { marks="^Max ${MARK_RLIMIT} .* $mark($serial) " cookies=$any_cookie; }
  found= pids=
  run_if_any 'found=$(grep -lsE "$marks" /proc/[0-9]*/limits; grep -lsz "$cookies" /proc/[0-9]*/environ; echo .)'
  case $found in
    *.) for file in \${found%.}; do pid=\${file#/proc/}; pids="$pids\${pid%/*} "; done ;;
    *) for file in /proc/[0-9]*/stat; do pid=\${file#/proc/}; looked_for "$1" "\${pid%/*}"; done ;;
  esac
}
looked_for() {
  marked "$2" || return 0
  case $soft in
    "$mark"*) ;;
    *) [ "$1" = any ] || return 0; soft=$hard ;;
  esac
  case \${soft#"$mark"} in 9*) case $live in *":\${soft#"$mark"} "*) ;; *) return 0 ;; esac ;; esac
  pids="$pids$2 "
}
# Those in a group that we guard have been asked with it.
ask() {
  seek innermost
  for p in $pids; do
    read -r stat <"/proc/$p/stat" || continue
    set -- \${stat##*) }
    case $groups in *" $3 "*) ;; *) to_one TERM "$p" ;; esac
  done
}
sweep() { seek any; for p in $pids; do kill -KILL "$p"; done; }
# A zombie has its limits still, but ends nobody's wait.
alive() {
  any && return 0
  seek any
  for p in $pids; do
    read -r stat <"/proc/$p/stat" || continue
    case \${stat##*) } in [ZX]*) ;; *) return 0 ;; esac
  done
  return 1
}
kill_leaves() { for f in "$cgroup"/*/cgroup.kill; do [ ! -w "$f" ] || echo 1 >"$f"; done; }
inhabited() {
  [ "$cgroup" ] || return 1
  for f in "$cgroup"/*/cgroup.events; do read -r line <"$f" && [ "$line" = 'populated 1' ] && return 0; done
  return 1
}
# Orch had stepped aside for its controllers, and this shell was born there.
step_back() {
  up=\${cgroup%/*}
  for name in memory cpu pids; do echo "-$name" >"$up/cgroup.subtree_control"; done
  echo $$ >"$up/cgroup.procs"
}
# Orch ends a reaper of which it hears nothing.
at_work() { [ "$op" != q ] || echo; }
# Asks all, waits for them and kills what is left: $1 looks, $2 apart.
end_all() {
  to_all TERM
  ask
  [ "$pids$groups" != ' ' ] || inhabited || return 0
  left=$1
  while [ "$left" -gt 0 ] && alive; do
    at_work
    nap "$2"
    left=$((left - 1))
  done
  for again in 1 2 3 4 5 6 7 8 9 10; do
    to_all KILL
    sweep
    [ -z "$cgroup" ] || kill_leaves
    alive || inhabited || return 0
    at_work
    nap "$2"
  done
}

# The lines of orch, until they end.
serve() {
  while read -r op a b c; do
    [ "$role" != second ] || echo "$op $a $b"
    case $op in
      +) began "$a"; eval "began_$a=$began gone_$a="; guard "$a" ;;
      -) if kill -0 $dashes "-$a"; then now; eval "gone_$a=\$((now - b))"; guard "$a"; else prune; fi ;;
      l) live="$live$a:$b " ;;
      f)
        forget "$a"
        all=$live live=' '
        for one in $all; do [ "\${one%:*}" = "$a" ] || live="$live$one "; done ;;
      w) other=$a; began "$a"; other_began=$began ;;
      s) case $groups in *" $b "*) kill -0 $dashes "-$b" && ours "$b" && to_group "$a" "$b" ;; esac; echo ;;
      p) began "$b"; [ "$began" = "$c" ] && to_one "$a" "$b"; echo ;;
      q) end_all 25 0.02; exit 0 ;;
      x)
        # Who waits for the second to end waits for the third as well: nobody reads then what is said to it.
        for again in 1 2 3 4 5 6 7 8 9 10; do
          [ "$role" = second ] && echo || exit 0
          nap 0.01
        done
        exit 0 ;;
    esac
  done
}
# Whether the other reaper is there; one that was stopped is ended, since it would never act.
other_lives() {
  [ "$proc" ] || { [ "$other" ] && kill -0 "$other"; return; }
  [ "$other" ] && [ "$other_began" ] && began "$other" && [ "$began" = "$other_began" ] || return 1
  case \${stat##*) } in [ZX]*) return 1 ;; [Tt]*) kill -KILL "$other" ;; esac
}
# Orch is dead.
clean_up() {
  end_all "$left" 0.1
  [ "$cgroup" ] || return 0
  # A group can be removed once the kernel is done with all that were in it; jobs may have made more below.
  left=100
  while [ "$left" -gt 0 ]; do
    kill_leaves
    rmdir "$cgroup"/*/*/*/ "$cgroup"/*/*/ "$cgroup"/*/
    rmdir "$cgroup"
    [ -d "$cgroup" ] || [ ! -d "$cgroup.orch" ] || { step_back; rmdir "$cgroup.orch"; }
    [ -d "$cgroup" ] || [ -d "$cgroup.orch" ] || break
    sleep 0.1
    left=$((left - 1))
  done
}

orch_lives() {
  [ "$proc" ] || { kill -0 "$orch"; return; }
  began "$orch" && [ "$began" = "$orch_began" ] && case \${stat##*) } in [ZX]*) false ;; esac
}
stand_in() {
  while other_lives; do nap 0.1; done
  clean_up
}

if [ "$role" = second ]; then
  # The shell that begins it ends: from then on it is nobody's child. What runs beside a shell has no input.
  orch=$5
  began "$orch"
  orch_began=$began
  exec 3<&0 4>&1
  {
    serve
    stand_in
    echo x
  } <&3 3<&- | {
    exec 3<&- 4>&- >/dev/null
    role=third
    serve
    # Orch starts another pair, if it is there to do so.
    for again in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do orch_lives || break; nap 0.1; done
    orch_lives || stand_in
  } &
else
  serve
  clean_up
fi
`;
