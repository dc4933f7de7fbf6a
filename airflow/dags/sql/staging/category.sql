create table if not exists staging.category (
    catid    integer not null,
    catgroup varchar(10),
    catname  varchar(10),
    catdesc  varchar(50)
);

lock table staging.category;
delete from staging.category;

insert into staging.category (catid, catgroup, catname, catdesc)
select catid, catgroup, catname, catdesc
from s3_datalake.category;
