create schema bench authorization loader;
set role loader;
create table bench.orders (id int, amount int);
create table bench.sums (total bigint);
insert into bench.orders values (1, 20), (2, 5);
