-- Every table there, also those that an earlier environment's user made and still owns.
grant select, insert, update, delete for tables in schema staging to role loader;
