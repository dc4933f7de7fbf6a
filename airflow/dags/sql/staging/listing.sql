create table if not exists staging.listing (
    listid         integer not null,
    sellerid       integer,
    eventid        integer,
    dateid         integer,
    numtickets     smallint,
    priceperticket decimal(8, 2),
    totalprice     decimal(8, 2),
    listtime       timestamp
);

lock table staging.listing;
delete from staging.listing;

insert into staging.listing (listid, sellerid, eventid, dateid, numtickets, priceperticket, totalprice, listtime)
select listid, sellerid, eventid, dateid, numtickets::smallint, priceperticket, totalprice, listtime::timestamp
from s3_datalake.listing;
