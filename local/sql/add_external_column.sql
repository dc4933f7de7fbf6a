insert into svv_external_columns (redshift_database_name, schemaname, tablename, columnname, external_type, columnnum, part_key)
values (%s, %s, %s, %s, %s, %s, %s)
