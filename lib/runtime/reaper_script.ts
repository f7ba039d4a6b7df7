/**
 * What the reaper does, for any `sh`. It hears lines: `+ GROUP`, a group to guard, whose leader lives;
 * `- GROUP TICKS`, its leader has ended that long ago; the orders `s SIGNAL GROUP` and `p SIGNAL PID START`,
 * each answered with a line; `q`, stop what is left and end. The end of its input is the death of orch.
 */
import { COOKIE, cookiePattern } from "./cookie.ts";

/**
 * $1 is the cookie, $2 the grace in tenths of a second, $3 the control group or nothing. `kill -s X -- -N`
 * is the form that every shell takes. Numbers are given to new processes again, so before each signal
 * the reaper makes sure that they are still those it knows (`ours`): the leader began when it did, or has
 * ended and somebody is in the group who had begun by then, since a number is free only when nobody is
 * left, or somebody has the cookie of the run; zombies count. Times are read with the shell's own words; where there is no /proc, the numbers
 * are trusted.
 * A group of zombies that nobody has waited for yet is gone, though `kill -s 0` finds it. The sweep finds
 * what left its group: grep reads environments without another program of ours.
 */
export const REAPER_SCRIPT = `
trap '' INT TERM HUP QUIT PIPE
cookie=$1 left=$2 cgroup=$3 groups=' ' proc=
[ ! -r /proc/self/stat ] || proc=yes

began() { began=; read -r stat <"/proc/$1/stat" && set -- \${stat##*) } && began=\${20}; }
# A process that begins now asks for itself: one that has ended may be gone from /proc.
now() { now=$(began self; echo "$began"); }
members() { grep -hsE "^[0-9]+ \\(.*\\) $2 [0-9]+ $1 " /proc/[0-9]*/stat; }
marked() { how=$1; shift; grep "$how" "${cookiePattern("$cookie")}" "$@"; }
ours() {
  [ "$proc" ] || return 0
  eval "known=\\\${began_$1-} gone=\\\${gone_$1-}"
  if began "$1"; then [ "$began" = "$known" ]; return; fi
  [ "$gone" ] || { now; gone=$now; eval "gone_$1=$now"; }
  newest=$(members "$1" . | { known= newest=0; while read -r stat; do
    set -- \${stat##*) }
    [ "\${20}" -gt "$gone" ] || known=yes
    [ "$known" ] || ! marked -qsz "/proc/\${stat%% *}/environ" || known=yes
    [ "\${20}" -le "$newest" ] || newest=\${20}
  done; [ ! "$known" ] || echo "$newest"; })
  [ "$newest" ] || return 1
  # Who is in it now is of the family, and vouches for it when the others are gone.
  [ "$newest" -le "$gone" ] || eval "gone_$1=$newest"
}
guard() { case $groups in *" $1 "*) ;; *) groups="$groups$1 " ;; esac; }
# Forgets what is gone: from then on the number may be a stranger's.
prune() { all=$groups groups=' '; for g in $all; do kill -s 0 -- "-$g" && ours "$g" && guard "$g"; done; }
lives() { [ ! "$proc" ] || [ "$(members "$1" '[^ZX]')" ]; }
any() { prune; for g in $groups; do lives "$g" && return 0; done; return 1; }
to_group() { kill -s "$1" -- "-$2" && [ "$1" = TERM ] && kill -s CONT -- "-$2"; }
to_all() { prune; for g in $groups; do to_group "$1" "$g"; done; }
to_one() { kill -s "$1" "$2" && [ "$1" = TERM ] && kill -s CONT "$2"; }

while read -r op a b c; do
  case $op in
    +) began "$a"; eval "began_$a=$began gone_$a="; guard "$a" ;;
    -) if kill -s 0 -- "-$a"; then now; eval "gone_$a=\$((now - b))"; guard "$a"; else prune; fi ;;
    s) case $groups in *" $b "*) kill -s 0 -- "-$b" && ours "$b" && to_group "$a" "$b" ;; esac; echo ;;
    p) began "$b"; [ "$began" = "$c" ] && to_one "$a" "$b"; echo ;;
    q)
      to_all TERM
      left=25
      while [ "$left" -gt 0 ] && any; do sleep 0.02; left=$((left - 1)); done
      to_all KILL
      exit 0 ;;
  esac
done

to_pids() { how=$1; shift; for f do p=\${f#/proc/}; to_one "$how" "\${p%/environ}"; done; }
# Those of a run within a job are asked by that run's own orch, or reaper.
ask() { to_pids TERM $(grep -lsz "^${COOKIE}=$cookie" /proc/[0-9]*/environ); }
sweep() { to_pids KILL $(marked -lsz /proc/[0-9]*/environ); }
alive() { any || marked -qsz /proc/[0-9]*/environ; }
kill_leaves() { for f in "$cgroup"/*/cgroup.kill; do [ ! -w "$f" ] || echo 1 >"$f"; done; }
# Orch had stepped aside for its controllers, and this shell was born there.
step_back() {
  up=\${cgroup%/*}
  for name in memory cpu pids; do echo "-$name" >"$up/cgroup.subtree_control"; done
  echo $$ >"$up/cgroup.procs"
}

to_all TERM
ask
while [ "$left" -gt 0 ] && alive; do sleep 0.1; left=$((left - 1)); done
for again in 1 2 3 4 5; do
  to_all KILL
  sweep
  [ -z "$cgroup" ] || kill_leaves
  alive || break
  sleep 0.1
done
[ "$cgroup" ] || exit 0
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
`;
