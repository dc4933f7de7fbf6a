#!/bin/sh
# Puts the database's password where Marquez reads it: a volume in memory, this pod's alone.
set -eu
umask 077

aws secretsmanager get-secret-value --secret-id "$PASSWORD_SECRET" --query SecretString --output text > "$PASSWORD_FILE"
