select schemaname, tablename, location
from svv_external_tables
where redshift_database_name = %s and schemaname in ({schemas}) and tablename in ({tables})
