#!/usr/bin/env bash
# Makes container images of InfluxDB and PostgreSQL from local files, for machines that cannot pull any: a root directory with the
# binary, the libraries that `ldd` names and little else, taken in by `docker import`. Prints two lines for `eval`:
#   export LAMPLIGHTER_TEST_INFLUX_IMAGE=... / export LAMPLIGHTER_TEST_POSTGRES_IMAGE=...
# InfluxDB comes from tools/influxd/build.sh, PostgreSQL from the packages of the distribution. Both images behave like the official
# ones as far as tests/servers needs: an InfluxDB that is not set up yet, a PostgreSQL that reads POSTGRES_PASSWORD, POSTGRES_USER
# and POSTGRES_DB.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# copy ROOT FILE...: each file to its own path under ROOT, with the libraries it is linked to.
copy() {
  local root=$1 file library
  shift
  for file in "$@"; do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
    { ldd "$file" 2>/dev/null || true; } | sed -n 's|.* \(/[^ ]*\) (0x.*|\1|p; s|^[[:space:]]*\(/[^ ]*\) (0x.*|\1|p' | while read -r library; do
      [[ -e $root$library ]] && continue
      mkdir -p "$root$(dirname "$library")"
      cp -L "$library" "$root$library"
    done
  done
}

# skeleton ROOT USER UID: what a program expects to find around it.
skeleton() {
  local root=$1
  mkdir -p "$root"/{etc,tmp,run,var/lib,usr/bin,bin}
  chmod 1777 "$root/tmp"
  printf 'root:x:0:0:root:/:/bin/sh\n%s:x:%s:%s::/var/lib:/bin/sh\n' "$2" "$3" "$3" >"$root/etc/passwd"
  printf 'root:x:0:\n%s:x:%s:\n' "$2" "$3" >"$root/etc/group"
  printf 'hosts: files dns\npasswd: files\ngroup: files\n' >"$root/etc/nsswitch.conf"
}

influx_image() {
  local binary root=$work/influxdb tag
  binary=$("$here/../influxd/build.sh")
  tag=lamplighter-test/influxdb:$(basename "$binary" | sed 's/^influxd-//')
  echo "export LAMPLIGHTER_TEST_INFLUX_IMAGE=$tag"
  docker image inspect "$tag" >/dev/null 2>&1 && return
  skeleton "$root" influxdb 1000
  copy "$root" "$binary"
  mv "$root$binary" "$root/usr/bin/influxd"
  mkdir -p "$root/var/lib/influxdb2"
  chown -R 1000:1000 "$root/var/lib/influxdb2"
  tar -C "$root" -c . | docker import \
    --change 'ENV INFLUXD_BOLT_PATH=/var/lib/influxdb2/influxd.bolt INFLUXD_ENGINE_PATH=/var/lib/influxdb2/engine INFLUXD_SQLITE_PATH=/var/lib/influxdb2/influxd.sqlite HOME=/tmp' \
    --change 'USER influxdb' --change 'EXPOSE 8086' --change 'ENTRYPOINT ["/usr/bin/influxd"]' - "$tag" >/dev/null
}

postgres_image() {
  local bin version root=$work/postgres tag
  bin=$("$here/postgres-bin.sh")
  version=$("$bin/postgres" --version | grep -o '[0-9.]\+' | head -1)
  tag=lamplighter-test/postgres:$version
  echo "export LAMPLIGHTER_TEST_POSTGRES_IMAGE=$tag"
  docker image inspect "$tag" >/dev/null 2>&1 && return
  skeleton "$root" postgres 999
  copy "$root" "$(realpath /bin/sh)" /bin/cat /bin/mkdir "$bin/postgres" "$bin/initdb" "$("$bin/pg_config" --pkglibdir)"/*.so
  ln -sf "$(realpath /bin/sh)" "$root/bin/sh"
  mkdir -p "$root$("$bin/pg_config" --sharedir)" "$root/usr/share" "$root/var/lib/postgresql/data" "$root/run/postgresql" "$root/var/run"
  cp -RL "$("$bin/pg_config" --sharedir)/." "$root$("$bin/pg_config" --sharedir)/"
  cp -RL /usr/share/zoneinfo "$root/usr/share/"
  ln -sfn ../../run/postgresql "$root/var/run/postgresql"
  chown -R 999:999 "$root/var/lib/postgresql" "$root/run/postgresql"
  sed "s|@BIN@|$bin|g" "$here/postgres-entrypoint.sh" >"$root/entrypoint.sh"
  chmod 755 "$root/entrypoint.sh"
  tar -C "$root" -c . | docker import --change 'ENV PGDATA=/var/lib/postgresql/data' --change 'USER postgres' \
    --change 'EXPOSE 5432' --change 'ENTRYPOINT ["/entrypoint.sh"]' - "$tag" >/dev/null
}

influx_image
postgres_image
