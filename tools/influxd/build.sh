#!/usr/bin/env bash
# Builds influxd (InfluxDB OSS) from its Go module and caches the binary; prints the path of the binary on stdout.
# Needs Go and Rust, because Flux compiles a Rust library through pkg-config. Does nothing when the binary is cached.
#   LAMPLIGHTER_CACHE_DIR   where the binary is kept (default: $XDG_CACHE_HOME/lamplighter or ~/.cache/lamplighter)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$(sed -n 's|^[[:space:]]*github.com/influxdata/influxdb/v2 v\([0-9.]*\).*|\1|p' "$here/go.mod")
cache=${LAMPLIGHTER_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/lamplighter}
binary=$cache/influxd-$version

if [[ -x $binary ]] && "$binary" version >/dev/null 2>&1; then
  echo "$binary"
  exit 0
fi

# Tools that were installed for this user only are often not on the PATH of a script.
export PATH=$PATH:/usr/local/go/bin:$HOME/go/bin:$HOME/.cargo/bin

missing=()
command -v go >/dev/null || missing+=('Go 1.26 or newer: https://go.dev/doc/install')
command -v cargo >/dev/null || missing+=('Rust 1.72 or newer with rustup: https://rustup.rs')
command -v cc >/dev/null || missing+=('a C compiler, such as the package build-essential')
if ((${#missing[@]})); then
  {
    echo "influxd $version cannot be built here. Install:"
    printf '  %s\n' "${missing[@]}"
    echo 'or point INFLUX_URL at a running InfluxDB 2.7 (see tests/servers/README.md).'
  } >&2
  exit 1
fi

mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Two builds at once would only make both slower: the second waits, then finds the binary of the first.
if command -v flock >/dev/null; then
  exec 9>"$cache/influxd.lock"
  flock 9
  if [[ -x $binary ]]; then
    echo "$binary"
    exit 0
  fi
fi

# Flux pins a Rust release in its rust-toolchain file; an installed one is used instead of downloading that one.
if [[ -z ${RUSTUP_TOOLCHAIN:-} ]] && command -v rustup >/dev/null; then
  RUSTUP_TOOLCHAIN=$(rustup toolchain list | sed -n '/^\(stable\|[0-9]\)/{s/ .*//;p;q;}')
  export RUSTUP_TOOLCHAIN
fi
export RUSTC_WRAPPER=$here/rustc-quiet.sh
export CGO_ENABLED=1

# Outside the module, because its requirements would pull those of InfluxDB back to older versions.
GOBIN=$work GOFLAGS= go install github.com/influxdata/pkg-config@v0.2.7 >&2
export PKG_CONFIG=$work/pkg-config

tags=noasserts,sqlite_foreign_keys,sqlite_json
# Flux panics without `noasm` except where its assembler exists (the note in InfluxDB's own GNUmakefile).
case $(go env GOARCH) in amd64 | s390x) ;; *) tags=$tags,noasm ;; esac

(
  cd "$here"
  # `readonly`: what is built is what go.sum pins.
  nice go build -mod=readonly -buildvcs=false -trimpath -tags "$tags" -ldflags "-s -w -X main.version=v$version" -o "$work/influxd" \
    github.com/influxdata/influxdb/v2/cmd/influxd
) >&2
mv "$work/influxd" "$binary.part"
mv "$binary.part" "$binary"
echo "$binary"
