create external schema if not exists s3_datalake
from data catalog
database '{glue_database}'
iam_role '{lake_reader}';
