-- Times are UTC, ISO 8601 with six decimals: as text they sort as they happened. An `as_of` is the time of the event that said
-- so with the start of its digest behind it: no two events have the same, so that the newest word is the same in every order.
-- What events say stands under the names they give; what belongs together is found by adoptions and roots.

create table if not exists events (
    id         integer primary key,
    digest     blob not null unique, -- SHA-256 of the canonical JSON: the same event is stored once
    event_time text not null,
    run_id     text,
    body       text not null
) strict;
create index if not exists events_by_time on events (event_time, digest);
create index if not exists events_by_run on events (run_id);

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
    named_as_of text, -- of the parent and the simple name
    created_at  text not null,
    updated_at  text not null,
    declared_as_of text, -- the newest JobEvent that declared inputs and outputs
    unique (namespace, name)
) strict;
create index if not exists jobs_by_parent on jobs (parent_id);
create index if not exists jobs_by_update on jobs (namespace, updated_at);

-- A run once for each job that its events name.
create table if not exists runs (
    id                  text not null,
    job_id              integer not null,
    parent_run_id       text,
    parent_as_of        text,
    nominal_start_time  text,
    nominal_start_as_of text,
    nominal_end_time    text,
    nominal_end_as_of   text,
    state               text not null check (state in ('NEW', 'RUNNING', 'COMPLETED', 'FAILED', 'ABORTED')),
    ended_as_of         text,
    created_at          text not null,
    updated_at          text not null,
    started_at          text,
    ended_at            text,
    primary key (id, job_id)
) strict, without rowid;
create index if not exists runs_newest on runs (job_id, coalesce(started_at, created_at), id);

create index if not exists runs_by_parent on runs (job_id, parent_run_id);

-- Which part of a mapped task a run of Airflow's is (-1: of none), and which try of it.
create table if not exists tries (
    run_id text primary key,
    part   integer not null,
    number integer not null
) strict, without rowid;

-- The run whose state is the job's: the newest, or of several parts the one that is worst off.
create table if not exists speakers (
    job_id integer primary key,
    run_id text not null
) strict;

-- In this run the name alone, without a parent, means the job :job_id, which another of its events names with its parent.
create table if not exists adoptions (
    run_id    text not null,
    namespace text not null,
    name      text not null,
    job_id    integer not null,
    primary key (run_id, namespace, name, job_id)
) strict, without rowid;

create view if not exists shown_runs as
select * from runs
where parent_as_of is not null or not exists (
    select 1 from jobs inner join adoptions on adoptions.namespace = jobs.namespace and adoptions.name = jobs.name
    where jobs.id = runs.job_id and adoptions.run_id = runs.id
);

-- All but those whose every run was adopted.
create view if not exists shown_jobs as
select * from jobs
where
    declared_as_of is not null
    or exists (select 1 from shown_runs where shown_runs.job_id = jobs.id)
    or exists (select 1 from jobs as children where children.parent_id = jobs.id);

-- Every name that a dataset answers to: its own, and those that symlinks facets claim for it. Claims lead to its root, whose name it has.
create table if not exists datasets (
    id               integer primary key,
    namespace        text not null,
    name             text not null,
    root_id          integer not null,
    claimed_by       integer, -- the newest claim
    claimed_as_of    text,
    created_at       text, -- null for a name that only symlinks give
    updated_at       text,
    last_modified_at text, -- the newest event in which a run wrote it
    unique (namespace, name)
) strict;
create index if not exists datasets_by_root on datasets (root_id);
create index if not exists datasets_by_claim on datasets (claimed_by);

-- What runs read and wrote: the union over a run's events.
create table if not exists run_io (
    run_id     text not null,
    job_id     integer not null,
    dataset_id integer not null,
    direction  text not null check (direction in ('INPUT', 'OUTPUT')),
    primary key (run_id, job_id, dataset_id, direction)
) strict, without rowid;

-- What a JobEvent declares, without a run.
create table if not exists declared_io (
    job_id     integer not null,
    dataset_id integer not null,
    direction  text not null check (direction in ('INPUT', 'OUTPUT')),
    primary key (job_id, dataset_id, direction)
) strict, without rowid;

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

-- What each run has told last of the columns of an output ('': an event without a run), of the newest run that did and its other parts.
-- Of a DatasetEvent the job is 0.
create table if not exists told_columns (
    output_id integer not null,
    job_id    integer not null,
    run_id    text not null,
    as_of     text not null,
    edges     text not null, -- a JSON array of the columns of column_edges, from output_field on, and whether the edge is indirect
    primary key (output_id, job_id, run_id)
) strict, without rowid;

-- What counts of it. Inputs stand under the name the facet gave them: the dataset may come, or get a symlink, later.
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

create view if not exists shown_column_edges as
select * from column_edges where job_id = 0 or job_id in (select id from shown_jobs where shown_jobs.id = column_edges.job_id);

-- What decides about an output column, or with '' in its place about all rows, and forms no value. One column may do so in several ways.
create table if not exists indirect_edges (
    output_id           integer not null,
    output_field        text not null,
    job_id              integer not null,
    input_namespace     text not null,
    input_name          text not null,
    input_field         text not null,
    transformation_type text not null,
    primary key (output_id, output_field, job_id, input_namespace, input_name, input_field, transformation_type)
) strict, without rowid;
