#!/bin/sh
# Puts the database's password and certificate authority where Marquez reads them: a volume in memory, this pod's alone.
set -eu
umask 077

aws secretsmanager get-secret-value --secret-id "$PASSWORD_SECRET" --query SecretString --output text > /run/marquez/password
curl --fail --silent --show-error --retry 5 --max-time 30 --proto '=https' --output /run/marquez/rds-ca.pem \
  "https://truststore.pki.rds.amazonaws.com/$AWS_REGION/$AWS_REGION-bundle.pem"
