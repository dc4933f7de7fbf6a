-- A user with a temporary password, as Redshift Serverless makes one for an identity of IAM. In the role `loader`, if that is among its
-- roles: what it makes then belongs to the role, so that the role can read it too.
\set ON_ERROR_STOP on
\getenv user DB_USER
\getenv password DB_PASSWORD
\getenv until DB_UNTIL
\getenv roles DB_ROLES
set client_min_messages = error; -- of roles that were not granted
set log_min_error_statement = panic; -- the log of the server would have the password
set lock_timeout = '5s'; -- all of the emulated AWS waits meanwhile
begin;
select format('create role %I login', :'user') where not exists (select from pg_roles where rolname = :'user') \gexec
alter role :"user" password :'password' valid until :'until';
alter role :"user" reset role;
revoke loader from :"user";
select 'loader' = any (string_to_array(:'roles', ':')) as loads \gset
\if :loads
    grant loader to :"user";
    alter role :"user" set role loader;
\endif
commit;
