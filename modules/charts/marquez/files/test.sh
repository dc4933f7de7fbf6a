#!/bin/sh
# `helm test`: the API is well and lets nobody in without the key, the UI is there and passes nothing on that would change lineage.
set -eu
umask 077

curl_with_key=$HOME/curl.conf
key=$(aws secretsmanager get-secret-value --secret-id "$KEY_SECRET" --query SecretString --output text)
printf 'header = "Authorization: Bearer %s"\n' "$key" > "$curl_with_key"

failures=0
expect() {
  wanted=$1 what=$2
  shift 2
  status=$(curl --silent --output /dev/null --write-out '%{http_code}' --max-time 20 "$@") || true
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

[ "$failures" -eq 0 ]
