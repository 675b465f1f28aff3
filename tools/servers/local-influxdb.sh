#!/usr/bin/env bash
# local-influxdb.sh DIRECTORY: starts an InfluxDB on a free port of the loopback interface, sets it up, and prints what
# tests/servers needs, for `eval`, with SERVER_PID. For machines without Docker.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
directory=$1
binary=$("$here/../influxd/build.sh")
port=$("$here/free-port.sh")
token=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
mkdir -p "$directory"

"$binary" --bolt-path "$directory/influxd.bolt" --sqlite-path "$directory/influxd.sqlite" --engine-path "$directory/engine" \
  --http-bind-address "127.0.0.1:$port" --reporting-disabled >"$directory/log" 2>&1 &
pid=$!
url=http://127.0.0.1:$port
for ((i = 0; i < 120; i++)); do
  curl -fsS "$url/health" >/dev/null 2>&1 && break
  kill -0 $pid || { tail "$directory/log" >&2; exit 1; }
  sleep 0.5
done
curl -fsS "$url/api/v2/setup" -d "{\"username\":\"lamplighter\",\"password\":\"$token\",\"org\":\"lamplighter\",\"bucket\":\"setup\",\"token\":\"$token\"}" >&2
printf 'export INFLUX_URL=%s INFLUX_ORG=lamplighter INFLUX_TOKEN=%s\nSERVER_PID=%s\n' "$url" "$token" "$pid"
