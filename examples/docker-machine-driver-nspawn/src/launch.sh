#!/bin/sh
# launch CONSOLE PID_FILE CGROUP_PROCS... -- PROGRAM ARGUMENT...
# Enters the control groups, writes its process id, and becomes PROGRAM, whose output goes to CONSOLE.
# Standard output stays open until then, so that whoever reads it to its end knows that the groups were entered.
set -eu
exec 3>&1 >>"$1" 2>&1 </dev/null
echo "$$" >"$2"
shift 2
while [ "$1" != -- ]; do
  echo 0 >"$1"
  shift
done
shift
exec "$@" 3>&-
