create table if not exists dm.dim_event (
    eventid       integer not null,
    eventname     varchar(200),
    starttime     timestamp,
    eventdate     date,
    quarter       varchar(7),
    holiday       boolean,
    catgroup      varchar(10),
    catname       varchar(10),
    venuename     varchar(100),
    venuelocation varchar(34),
    venueseats    integer
);

lock table dm.dim_event;
delete from dm.dim_event;

insert into dm.dim_event (
    eventid, eventname, starttime, eventdate, quarter, holiday, catgroup, catname, venuename, venuelocation, venueseats
)
select
    eventid, eventname, starttime, caldate, year::varchar || '-Q' || qtr::varchar, holiday, catgroup, catname, venuename,
    venuecity || ', ' || venuestate,
    venueseats
from staging.event
inner join staging.date on event.dateid = date.dateid
inner join staging.category on event.catid = category.catid
inner join staging.venue on event.venueid = venue.venueid;
