-- What stands in the warehouse before the first DAG runs: on AWS the deployment makes the same schemas.
revoke create on schema public from public;
create schema staging authorization loader;
create schema dm authorization loader;
create schema s3_datalake;
grant usage on schema s3_datalake to loader;
alter default privileges in schema s3_datalake grant select on tables to loader;

-- Redshift's system views on external tables, by their documented columns, filled from the Glue catalog as Redshift fills them.
create table public.svv_external_schemas (
    esoid        integer,
    eskind       integer, -- 1: of the Glue catalog
    schemaname   text,
    esowner      integer,
    databasename text,
    esoptions    text
);
create table public.svv_external_tables (
    redshift_database_name text,
    schemaname             text,
    tablename              text,
    tabletype              text,
    location               text,
    input_format           text,
    output_format          text,
    serialization_lib      text,
    serde_parameters       text,
    compressed             integer,
    parameters             text
);
create table public.svv_external_columns (
    redshift_database_name text,
    schemaname             text,
    tablename              text,
    columnname             text,
    external_type          text,
    columnnum              integer,
    part_key               integer,
    is_nullable            text
);
grant select on public.svv_external_schemas, public.svv_external_tables, public.svv_external_columns to loader;

-- Redshift's system view on procedures, with the columns of it that are read here.
create view public.pg_proc_info as
select oid as prooid, proname, pronamespace, pronargs, proargnames, prosrc, prokind
from pg_proc;
grant select on public.pg_proc_info to loader;
