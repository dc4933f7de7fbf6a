-- Times are UTC, ISO 8601 with six decimals: as text they sort as they happened.

create table if not exists events (
    id         integer primary key,
    digest     blob not null unique, -- SHA-256 of the canonical JSON: the same event is stored once
    event_time text not null,
    body       text not null
) strict;
create index if not exists events_by_time on events (event_time);

create table if not exists namespaces (
    name       text primary key,
    created_at text not null,
    updated_at text not null
) strict;

create table if not exists jobs (
    id          integer primary key,
    namespace   text not null,
    name        text not null, -- with the parent's name in front
    simple_name text not null,
    parent_id   integer,
    created_at  text not null,
    updated_at  text not null,
    declared_at text, -- the newest JobEvent that declared inputs and outputs
    unique (namespace, name)
) strict;
create index if not exists jobs_by_update on jobs (namespace, updated_at);

create table if not exists runs (
    id                 text primary key,
    job_id             integer not null,
    parent_run_id      text,
    nominal_start_time text,
    nominal_end_time   text,
    state              text not null check (state in ('NEW', 'RUNNING', 'COMPLETED', 'FAILED', 'ABORTED')),
    created_at         text not null,
    updated_at         text not null,
    started_at         text,
    ended_at           text
) strict;
create index if not exists runs_newest on runs (job_id, coalesce(started_at, created_at));

create table if not exists datasets (
    id               integer primary key,
    namespace        text not null,
    name             text not null,
    created_at       text not null,
    updated_at       text not null,
    last_modified_at text, -- the newest event in which a run wrote it
    unique (namespace, name)
) strict;

-- Every name a dataset answers to: its own, and those its symlinks facet gives.
create table if not exists dataset_names (
    namespace  text not null,
    name       text not null,
    dataset_id integer not null,
    as_of      text not null,
    primary key (namespace, name)
) strict, without rowid;
create index if not exists dataset_names_by_dataset on dataset_names (dataset_id);

-- What runs read and wrote: the union over a run's events.
create table if not exists run_io (
    run_id     text not null,
    dataset_id integer not null,
    direction  text not null check (direction in ('INPUT', 'OUTPUT')),
    primary key (run_id, dataset_id, direction)
) strict, without rowid;
create index if not exists run_io_by_dataset on run_io (dataset_id);

-- What a JobEvent declares, without a run.
create table if not exists declared_io (
    job_id     integer not null,
    dataset_id integer not null,
    direction  text not null check (direction in ('INPUT', 'OUTPUT')),
    primary key (job_id, dataset_id, direction)
) strict, without rowid;
create index if not exists declared_io_by_dataset on declared_io (dataset_id);

-- The edges of the graph: what each job reads and writes now, kept in step by ingestion.
create table if not exists job_io (
    job_id     integer not null,
    dataset_id integer not null,
    direction  text not null check (direction in ('INPUT', 'OUTPUT')),
    older      integer not null, -- 1: known from before the job's newest run
    primary key (job_id, dataset_id, direction)
) strict, without rowid;
create index if not exists job_io_by_dataset on job_io (dataset_id);

-- The newest facet of each name.
create table if not exists facets (
    owner    text not null check (owner in ('job', 'run', 'dataset')),
    owner_id any not null,
    name     text not null,
    as_of    text not null,
    body     text not null,
    primary key (owner, owner_id, name)
) strict, without rowid;

-- The newest column lineage of each output, apart for each job that writes it (0: declared by a DatasetEvent).
create table if not exists column_lineage (
    output_id integer not null,
    job_id    integer not null,
    as_of     text not null,
    primary key (output_id, job_id)
) strict, without rowid;

-- Inputs stand under the name the facet gave them: the dataset may come, or get a symlink, later.
create table if not exists column_edges (
    output_id                  integer not null,
    output_field               text not null,
    job_id                     integer not null,
    input_namespace            text not null,
    input_name                 text not null,
    input_field                text not null,
    transformation_type        text,
    transformation_description text,
    primary key (output_id, output_field, job_id, input_namespace, input_name, input_field)
) strict, without rowid;
create index if not exists column_edges_by_input on column_edges (input_namespace, input_name, input_field);
