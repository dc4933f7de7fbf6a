aws mwaa invoke-rest-api --region @region --name @environment --method PATCH --path /dags/@dag --body '{"is_paused": false}' &&
aws mwaa invoke-rest-api --region @region --name @environment --method POST --path /dags/@dag/dagRuns \
  --body "{\"logical_date\": \"$(date -u +%FT%TZ)\"}"
