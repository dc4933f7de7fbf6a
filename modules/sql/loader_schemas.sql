grant create, usage on schema staging, dm to role loader;
