#!/bin/sh
# Puts the lineage API's keys where the proxy reads them, as entries of the map that says who is let in: the key, and the one before it,
# which clients show until they have been started anew. A key is a part of a configuration file, so it is held to what cannot break one.
set -eu
umask 077
export LC_ALL=C

stage() {
  aws secretsmanager get-secret-value --secret-id "$KEY_SECRET" --version-stage "$1" --query SecretString --output text
}

entry() {
  case $2 in
    *[!A-Za-z0-9_-]*) echo "The lineage API's $1 key holds more than letters, digits, _ and -: it is not used" >&2; return 1 ;;
  esac
  if [ "${#2}" -lt 16 ]; then
    echo "The lineage API's $1 key has fewer than 16 characters: it is not used" >&2
    return 1
  fi
  printf '"~^(?i:Bearer) %s$" 1;\n' "$2"
}

current=$(stage AWSCURRENT)
entries=$(entry current "$current")
if previous=$(stage AWSPREVIOUS 2> /dev/null) && before=$(entry previous "$previous"); then
  entries="$entries
$before"
fi
printf '%s\n' "$entries" > "$KEYS_FILE"
