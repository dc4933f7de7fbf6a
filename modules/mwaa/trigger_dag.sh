aws mwaa invoke-rest-api --region @region --name @environment --method PATCH --path "/dags/$DAG" --body '{"is_paused": false}' &&
aws mwaa invoke-rest-api --region @region --name @environment --method POST --path "/dags/$DAG/dagRuns" \
  --body "{\"logical_date\": \"$(date -u +%FT%TZ)\"}"
