#!/bin/sh
# Runs a command of Marquez's with the password in its own environment only, and as the process that the cluster's signals reach:
# the image's entrypoint keeps them to itself, and every stop would take the whole grace period.
set -eu

POSTGRES_PASSWORD=$(cat "$PASSWORD_FILE")
export POSTGRES_PASSWORD
exec java $JAVA_OPTS -Duser.timezone=UTC -jar marquez-*.jar "$1" "$MARQUEZ_CONFIG"
