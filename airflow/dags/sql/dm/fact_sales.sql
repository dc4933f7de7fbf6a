create table if not exists dm.fact_sales (
    salesid        integer not null,
    listid         integer,
    sellerid       integer,
    buyerid        integer,
    eventid        integer,
    dateid         integer,
    saledate       date,
    saletime       timestamp,
    qtysold        smallint,
    pricepaid      decimal(8, 2),
    commission     decimal(8, 2),
    priceperticket decimal(8, 2),
    netproceeds    decimal(8, 2)
);

lock table dm.fact_sales;
delete from dm.fact_sales;

insert into dm.fact_sales (
    salesid, listid, sellerid, buyerid, eventid, dateid, saledate, saletime, qtysold, pricepaid, commission, priceperticket, netproceeds
)
select
    salesid, listid, sellerid, buyerid, eventid, sales.dateid, caldate, saletime, qtysold, pricepaid, commission,
    pricepaid / nullif(qtysold, 0),
    pricepaid - commission
from staging.sales
inner join staging.date on sales.dateid = date.dateid;
