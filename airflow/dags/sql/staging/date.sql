create table if not exists staging.date (
    dateid  integer not null,
    caldate date    not null,
    day     char(3),
    week    smallint,
    month   char(5),
    qtr     smallint,
    year    smallint,
    holiday boolean
);

lock table staging.date;
delete from staging.date;

insert into staging.date (dateid, caldate, day, week, month, qtr, year, holiday)
select dateid, caldate::date, day, week::smallint, month, qtr::smallint, year::smallint, holiday
from s3_datalake.date;
