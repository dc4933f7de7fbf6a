insert into svv_external_tables (redshift_database_name, schemaname, tablename, tabletype, location)
values (%s, %s, %s, 'TABLE', %s)
