select schemaname, tablename, columnname, external_type
from svv_external_columns
where redshift_database_name = %s and schemaname in ({schemas}) and tablename in ({tables})
order by schemaname, tablename, part_key, columnnum
