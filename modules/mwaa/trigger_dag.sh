token=$(aws mwaa create-cli-token --region @region --name @environment --query CliToken --output text) &&
for command in "dags unpause @dag" "dags trigger @dag"; do
  curl --fail --silent --show-error --request POST --header "Authorization: Bearer $token" --header "Content-Type: text/plain" \
    --data "$command" https://@host/aws_mwaa/cli
done
