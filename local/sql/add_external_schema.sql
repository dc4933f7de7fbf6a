insert into svv_external_schemas (eskind, schemaname, databasename, esoptions)
values (1, %s, %s, %s)
