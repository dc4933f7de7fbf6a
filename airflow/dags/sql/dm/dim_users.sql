create table if not exists dm.dim_users (
    userid      integer not null,
    username    char(8),
    fullname    varchar(61),
    city        varchar(30),
    state       char(2),
    email       varchar(100),
    likedsports boolean,
    likedstage  boolean,
    likedmusic  boolean
);

lock table dm.dim_users;
delete from dm.dim_users;

insert into dm.dim_users (userid, username, fullname, city, state, email, likedsports, likedstage, likedmusic)
select
    userid, username, firstname || ' ' || lastname, city, state, email,
    coalesce(likesports, false),
    coalesce(liketheatre or likebroadway or likemusicals or likevegas, false),
    coalesce(likeconcerts or likejazz or likeclassical or likeopera or likerock, false)
from staging.users;
