#!/usr/bin/env bash
# Prints the directory of the newest PostgreSQL server on this machine. Debian keeps its programs off the PATH.
set -euo pipefail
for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn) "$(dirname "$(readlink -f "$(command -v postgres || echo /nowhere/x)")")"; do
  if [[ -x $bin/postgres && -x $bin/initdb ]]; then
    echo "$bin"
    exit 0
  fi
done
echo 'No PostgreSQL server is installed (package postgresql).' >&2
exit 1
