-- The lake of the tests: an external table with two rows and one without any. The views list a table of another database too.
drop table if exists staging.event, s3_datalake.event, s3_datalake.empty;
create table s3_datalake.event (eventid bigint, venueid bigint, catid bigint, dateid bigint, eventname text, starttime text);
insert into s3_datalake.event values (1, 2, 3, 4, 'One', '2008-01-01 20:00:00'), (2, 2, 3, 4, 'Two', '2008-01-02 20:00:00');
create table s3_datalake.empty (x bigint);

truncate svv_external_schemas, svv_external_tables, svv_external_columns;
insert into svv_external_schemas (eskind, schemaname, databasename, esoptions) values
    (1, 's3_datalake', 'tickit', '{"IAM_ROLE":"arn:aws:iam::123456789012:role/lake"}');
insert into svv_external_tables (redshift_database_name, schemaname, tablename, tabletype, location) values
    ('dev', 's3_datalake', 'event', 'TABLE', 's3://raw/tickit/event/'),
    ('other', 's3_datalake', 'event', 'TABLE', 's3://elsewhere/event/'),
    ('other', 'staging', 'event', 'TABLE', '');
insert into svv_external_columns (redshift_database_name, schemaname, tablename, columnname, external_type, columnnum, part_key) values
    ('other', 's3_datalake', 'event', 'other', 'string', 1, 0),
    ('other', 'staging', 'event', 'other', 'string', 1, 0),
    ('dev', 's3_datalake', 'event', 'dateid', 'bigint', 1, 1),
    ('dev', 's3_datalake', 'event', 'starttime', 'string', 5, 0),
    ('dev', 's3_datalake', 'event', 'eventid', 'bigint', 1, 0),
    ('dev', 's3_datalake', 'event', 'venueid', 'bigint', 2, 0),
    ('dev', 's3_datalake', 'event', 'catid', 'bigint', 3, 0),
    ('dev', 's3_datalake', 'event', 'eventname', 'string', 4, 0);
