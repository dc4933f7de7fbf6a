create table if not exists staging.sales (
    salesid    integer not null,
    listid     integer,
    sellerid   integer,
    buyerid    integer,
    eventid    integer,
    dateid     integer,
    qtysold    smallint,
    pricepaid  decimal(8, 2),
    commission decimal(8, 2),
    saletime   timestamp
);

lock table staging.sales;
delete from staging.sales;

insert into staging.sales (salesid, listid, sellerid, buyerid, eventid, dateid, qtysold, pricepaid, commission, saletime)
select salesid, listid, sellerid, buyerid, eventid, dateid, qtysold::smallint, pricepaid, commission, saletime::timestamp
from s3_datalake.sales;
