#!/bin/sh
# Prints an environment file with new random secrets for docker-compose.yml:  deploy/docker/make-secrets.sh > .env && chmod 600 .env
set -eu
secret() { printf '%s=%s\n' "$1" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"; }
secret LAMPLIGHTER_ADMIN_PASSWORD
secret LAMPLIGHTER_SERVICE_KEY
secret POSTGRES_PASSWORD
secret INFLUX_PASSWORD
secret INFLUX_TOKEN
