create schema if not exists dm;
