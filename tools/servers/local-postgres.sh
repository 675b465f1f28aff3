#!/usr/bin/env bash
# local-postgres.sh DIRECTORY: makes a cluster, starts it on a free port of the loopback interface, and prints what tests/servers
# needs, for `eval`, with SERVER_PID. For machines without Docker. PostgreSQL refuses to run as root: then it runs as `postgres`.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$("$here/postgres-bin.sh")
port=$("$here/free-port.sh")
directory=$1
mkdir -p "$directory"
as=()
if ((EUID == 0)); then
  id postgres >/dev/null 2>&1 || useradd --system --shell /bin/sh postgres
  # Directories made by mktemp are closed to others, and the cluster must be reached from outside its owner's account.
  directory=$(mktemp -d)
  chown postgres "$directory"
  as=(setpriv --reuid postgres --regid postgres --clear-groups)
fi

cd "$directory"
"${as[@]}" "$bin/initdb" -D "$directory/data" -U postgres --auth=trust -E UTF8 --locale=C >&2
"${as[@]}" "$bin/postgres" -D "$directory/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$directory" >"$directory/log" 2>&1 &
pid=$!
for ((i = 0; i < 120; i++)); do
  "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && break
  kill -0 $pid || { tail "$directory/log" >&2; exit 1; }
  sleep 0.5
done
printf 'export LAMPLIGHTER_REGISTRY=postgres://postgres@127.0.0.1:%s/postgres\nSERVER_PID=%s\n' "$port" "$pid"
