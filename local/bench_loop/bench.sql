drop table if exists dm.bench;

create table dm.bench as
select userid as a_column
from s3_datalake.users;
