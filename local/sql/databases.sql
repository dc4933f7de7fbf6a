-- Roles and databases of the server: the warehouse, and a database of its own for Airflow's metadata.
\set ON_ERROR_STOP on
\getenv loader_password LOADER_PASSWORD
\getenv airflow_password AIRFLOW_PASSWORD
create role loader login password :'loader_password';
create role airflow login password :'airflow_password';
create database dev;
create database airflow owner airflow;
\connect dev
\ir warehouse.sql
