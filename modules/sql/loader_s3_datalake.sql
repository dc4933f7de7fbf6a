-- Usage is all there is to grant: it lets the role read every external table.
grant usage on schema s3_datalake to role loader;
