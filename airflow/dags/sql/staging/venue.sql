create table if not exists staging.venue (
    venueid    integer not null,
    venuename  varchar(100),
    venuecity  varchar(30),
    venuestate char(2),
    venueseats integer
);

lock table staging.venue;
delete from staging.venue;

-- venueseats arrives as text: a number, or \N where it is not known
insert into staging.venue (venueid, venuename, venuecity, venuestate, venueseats)
select venueid, venuename, venuecity, venuestate, case when venueseats ~ '^[0-9]+$' then venueseats::integer end
from s3_datalake.venue;
