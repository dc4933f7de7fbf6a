-- {{ macros.ds_add(ds, 1) }}: no run, no macro
insert into mart.sales with recent as (select * from dev.staging.sales) select * from recent;
