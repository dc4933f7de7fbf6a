create table if not exists staging.event (
    eventid   integer not null,
    venueid   integer,
    catid     integer,
    dateid    integer,
    eventname varchar(200),
    starttime timestamp
);

lock table staging.event;
delete from staging.event;

insert into staging.event (eventid, venueid, catid, dateid, eventname, starttime)
select eventid, venueid, catid, dateid, eventname, starttime::timestamp
from s3_datalake.event;
