-- name: add_event
insert into events (digest, event_time, body) values (:digest, :at, :body) on conflict (digest) do nothing

-- name: touch_namespace
insert into namespaces (name, created_at, updated_at) values (:name, :at, :at)
on conflict (name) do update set created_at = min(created_at, excluded.created_at), updated_at = max(updated_at, excluded.updated_at)

-- name: touch_job
insert into jobs (namespace, name, simple_name, parent_id, created_at, updated_at)
values (:namespace, :name, :simple_name, :parent_id, :at, :at)
on conflict (namespace, name) do update set
    simple_name = iif(excluded.parent_id is null, simple_name, excluded.simple_name),
    parent_id = coalesce(excluded.parent_id, parent_id),
    created_at = min(created_at, excluded.created_at),
    updated_at = max(updated_at, excluded.updated_at)
returning id

-- name: job_of_run
select jobs.* from runs inner join jobs on jobs.id = runs.job_id where runs.id = :run_id

-- name: move_run
update runs set job_id = :job_id where id = :run_id

-- name: job_is_empty
select
    not exists (select 1 from runs where job_id = :job_id)
    and declared_at is null
    and not exists (select 1 from jobs as children where children.parent_id = :job_id) as empty
from jobs
where id = :job_id

-- name: touch_run
-- A final state stays: only a later final state replaces it. All others mean that the run goes on.
insert into runs (
    id, job_id, parent_run_id, nominal_start_time, nominal_end_time, state, created_at, updated_at, started_at, ended_at
)
values (:id, :job_id, :parent_run_id, :nominal_start_time, :nominal_end_time, :state, :at, :at, :started_at, :ended_at)
on conflict (id) do update set
    parent_run_id = coalesce(excluded.parent_run_id, parent_run_id),
    nominal_start_time = coalesce(excluded.nominal_start_time, nominal_start_time),
    nominal_end_time = coalesce(excluded.nominal_end_time, nominal_end_time),
    state = case
        when excluded.ended_at is not null then iif(ended_at is null or excluded.ended_at >= ended_at, excluded.state, state)
        when ended_at is not null or excluded.state = 'NEW' then state
        else excluded.state
    end,
    created_at = min(created_at, excluded.created_at),
    updated_at = max(updated_at, excluded.updated_at),
    started_at = coalesce(min(started_at, excluded.started_at), started_at, excluded.started_at),
    ended_at = coalesce(max(ended_at, excluded.ended_at), ended_at, excluded.ended_at)

-- name: put_facet
insert into facets (owner, owner_id, name, as_of, body) values (:owner, :owner_id, :name, :at, :body)
on conflict (owner, owner_id, name) do update set as_of = excluded.as_of, body = excluded.body where excluded.as_of >= as_of

-- name: dataset_named
select
    names.dataset_id, names.as_of,
    datasets.namespace = names.namespace and datasets.name = names.name as is_own
from dataset_names as names
inner join datasets on datasets.id = names.dataset_id
where names.namespace = :namespace and names.name = :name

-- name: add_dataset
insert into datasets (namespace, name, created_at, updated_at) values (:namespace, :name, :at, :at) returning id

-- name: put_dataset_name
insert into dataset_names (namespace, name, dataset_id, as_of) values (:namespace, :name, :dataset_id, :at)
on conflict (namespace, name) do update set dataset_id = excluded.dataset_id, as_of = excluded.as_of where excluded.as_of >= as_of

-- name: touch_dataset
update datasets set
    created_at = min(created_at, :at),
    updated_at = max(updated_at, :at),
    last_modified_at = coalesce(max(last_modified_at, :written_at), last_modified_at, :written_at)
where id = :id

-- name: add_run_io
insert into run_io (run_id, dataset_id, direction) values (:run_id, :dataset_id, :direction) on conflict do nothing

-- name: declare_job
update jobs set declared_at = :at where id = :job_id and (declared_at is null or declared_at <= :at)

-- name: clear_declared_io
delete from declared_io where job_id = :job_id

-- name: add_declared_io
insert into declared_io (job_id, dataset_id, direction) values (:job_id, :dataset_id, :direction) on conflict do nothing

-- name: renew_column_lineage
insert into column_lineage (output_id, job_id, as_of) values (:output_id, :job_id, :at)
on conflict (output_id, job_id) do update set as_of = excluded.as_of where excluded.as_of >= as_of

-- name: clear_column_edges
delete from column_edges where output_id = :output_id and job_id = :job_id

-- name: add_column_edge
insert into column_edges (
    output_id, output_field, job_id, input_namespace, input_name, input_field, transformation_type, transformation_description
)
values (:output_id, :output_field, :job_id, :namespace, :name, :field, :transformation_type, :transformation_description)
on conflict do nothing
