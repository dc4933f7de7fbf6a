#!/bin/sh
# `helm test`: the API is well and lets nobody in without the key, the UI is there and passes nothing on that would change lineage, and
# network policies are enforced.
set -eu
umask 077

curl_with_key=$HOME/curl.conf
key=$(aws secretsmanager get-secret-value --secret-id "$KEY_SECRET" --query SecretString --output text)
printf 'header = "Authorization: Bearer %s"\n' "$key" > "$curl_with_key"

ask() {
  curl --silent --output /dev/null --write-out '%{http_code}' --connect-timeout 5 --max-time 20 "$@" || true
}

failures=0
expect() {
  wanted=$1 what=$2
  shift 2
  status=$(ask "$@")
  if [ "$status" = "$wanted" ]; then
    echo "ok: $what: $status"
  else
    echo "FAILED: $what: $status, not $wanted"
    failures=$((failures + 1))
  fi
}

expect 200 "health of the API and its database" "$API/healthcheck"
expect 401 "reading lineage without a key" "$API/api/v1/namespaces"
expect 401 "reading lineage with a wrong key" --header "Authorization: Bearer wrong" "$API/api/v1/namespaces"
expect 401 "sending an event without a key" --request POST --header "Content-Type: application/json" --data '{}' "$API/api/v1/lineage"
expect 200 "reading lineage with the key" --config "$curl_with_key" "$API/api/v1/namespaces"
expect 405 "deleting with the key" --config "$curl_with_key" --request DELETE "$API/api/v1/namespaces/none"
expect 404 "Marquez's metrics" --config "$curl_with_key" "$API/metrics"
expect 200 "the UI" "$WEB/"
expect 200 "lineage through the UI" "$WEB/api/v1/namespaces"
expect 405 "an event through the UI" --request POST --header "Content-Type: application/json" --data '{}' "$WEB/api/v1/lineage"

# The same after a while: a name takes seconds to be known, and so does a policy, until which everything is open.
expect_soon() {
  for _ in 1 2 3 4 5 6; do
    if [ "$(ask "$3")" = "$1" ]; then break; fi
    sleep 5
  done
  expect "$@"
}

# An address that answers at one door and at no other, 000, is that of a pod whose network policy is enforced.
expect_soon 200 "health at a pod's own address" "$POD/healthcheck"
expect_soon 000 "the UI's door, which is the web UI's alone" "$POD_UI/"
expect_soon 000 "the probes' door, which is the node's alone" "$POD_PROBES/ping"

[ "$failures" -eq 0 ]
