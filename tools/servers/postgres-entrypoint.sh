#!/bin/sh
# Start of the test image: makes a cluster the first time, as the official image does, then becomes the server.
set -eu
bin=@BIN@
user=${POSTGRES_USER:-postgres}
if [ ! -e "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  umask 077
  printf '%s\n' "${POSTGRES_PASSWORD:?must be set}" >/tmp/password
  "$bin/initdb" -D "$PGDATA" -U "$user" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust -E UTF8 --locale=C
  : >/tmp/password
  printf 'host all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  if [ "${POSTGRES_DB:-$user}" != postgres ]; then
    printf 'CREATE DATABASE "%s"\n' "${POSTGRES_DB:-$user}" | "$bin/postgres" --single -D "$PGDATA" postgres
  fi
fi
exec "$bin/postgres" -D "$PGDATA" -c 'listen_addresses=*' -c unix_socket_directories=/run/postgresql "$@"
