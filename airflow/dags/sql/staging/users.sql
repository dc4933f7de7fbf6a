create table if not exists staging.users (
    userid        integer not null,
    username      char(8),
    firstname     varchar(30),
    lastname      varchar(30),
    city          varchar(30),
    state         char(2),
    email         varchar(100),
    phone         char(14),
    likesports    boolean,
    liketheatre   boolean,
    likeconcerts  boolean,
    likejazz      boolean,
    likeclassical boolean,
    likeopera     boolean,
    likerock      boolean,
    likevegas     boolean,
    likebroadway  boolean,
    likemusicals  boolean
);

lock table staging.users;
delete from staging.users;

insert into staging.users (
    userid, username, firstname, lastname, city, state, email, phone,
    likesports, liketheatre, likeconcerts, likejazz, likeclassical, likeopera, likerock, likevegas, likebroadway, likemusicals
)
select
    userid, username, firstname, lastname, city, state, email, phone,
    likesports, liketheatre, likeconcerts, likejazz, likeclassical, likeopera, likerock, likevegas, likebroadway, likemusicals
from s3_datalake.users;
