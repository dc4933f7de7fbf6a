-- name: add_event
insert into events (digest, event_time, run_id, body) values (:digest, :at, :run_id, :body) on conflict (digest) do nothing

-- name: touch_namespace
insert into namespaces (name, created_at, updated_at) values (:name, :at, :at)
on conflict (name) do update set created_at = min(created_at, excluded.created_at), updated_at = max(updated_at, excluded.updated_at)

-- name: touch_job
insert into jobs (namespace, name, simple_name, parent_id, named_as_of, created_at, updated_at)
values (:namespace, :name, :simple_name, :parent_id, :named_as_of, :at, :at)
on conflict (namespace, name) do update set
    simple_name = iif(excluded.named_as_of > coalesce(named_as_of, ''), excluded.simple_name, simple_name),
    parent_id = iif(excluded.named_as_of > coalesce(named_as_of, ''), excluded.parent_id, parent_id),
    named_as_of = iif(excluded.named_as_of > coalesce(named_as_of, ''), excluded.named_as_of, named_as_of),
    created_at = min(created_at, excluded.created_at),
    updated_at = max(updated_at, excluded.updated_at)
returning id

-- name: touch_adopter
update jobs set created_at = min(created_at, :at), updated_at = max(updated_at, :at) where id = :job_id

-- name: adopt
insert into adoptions (run_id, namespace, name, job_id) values (:run_id, :namespace, :name, :job_id) on conflict do nothing

-- name: adopters
select job_id from adoptions where run_id = :run_id and namespace = :namespace and name = :name

-- name: job_named
select id from jobs where namespace = :namespace and name = :name

-- name: events_of_run
select digest, event_time, body from events where run_id = :run_id

-- name: touch_run
-- A final state stays: only a later final state replaces it. All others mean that the run goes on.
insert into runs (
    id, job_id, parent_run_id, parent_as_of, nominal_start_time, nominal_start_as_of, nominal_end_time, nominal_end_as_of,
    state, ended_as_of, created_at, updated_at, started_at, ended_at
)
values (
    :id, :job_id, :parent_run_id, iif(:parent_run_id is null, null, :as_of),
    :nominal_start_time, iif(:nominal_start_time is null, null, :as_of), :nominal_end_time, iif(:nominal_end_time is null, null, :as_of),
    :state, iif(:ended_at is null, null, :as_of), :at, :at, :started_at, :ended_at
)
on conflict (id, job_id) do update set
    parent_run_id = iif(excluded.parent_as_of > coalesce(parent_as_of, ''), excluded.parent_run_id, parent_run_id),
    parent_as_of = iif(excluded.parent_as_of > coalesce(parent_as_of, ''), excluded.parent_as_of, parent_as_of),
    nominal_start_time = iif(excluded.nominal_start_as_of > coalesce(nominal_start_as_of, ''), excluded.nominal_start_time, nominal_start_time),
    nominal_start_as_of = iif(excluded.nominal_start_as_of > coalesce(nominal_start_as_of, ''), excluded.nominal_start_as_of, nominal_start_as_of),
    nominal_end_time = iif(excluded.nominal_end_as_of > coalesce(nominal_end_as_of, ''), excluded.nominal_end_time, nominal_end_time),
    nominal_end_as_of = iif(excluded.nominal_end_as_of > coalesce(nominal_end_as_of, ''), excluded.nominal_end_as_of, nominal_end_as_of),
    state = case
        when excluded.ended_as_of is not null then iif(excluded.ended_as_of > coalesce(ended_as_of, ''), excluded.state, state)
        when ended_as_of is not null or excluded.state = 'NEW' then state
        else excluded.state
    end,
    ended_as_of = iif(excluded.ended_as_of > coalesce(ended_as_of, ''), excluded.ended_as_of, ended_as_of),
    created_at = min(created_at, excluded.created_at),
    updated_at = max(updated_at, excluded.updated_at),
    started_at = coalesce(min(started_at, excluded.started_at), started_at, excluded.started_at),
    ended_at = coalesce(max(ended_at, excluded.ended_at), ended_at, excluded.ended_at)

-- name: put_try
-- Airflow counts on when a try ends: the least number is the one that it began with.
insert into tries (run_id, part, number) values (:run_id, :part, :number)
on conflict (run_id) do update set part = max(part, excluded.part), number = min(number, excluded.number)

-- name: put_facet
insert into facets (owner, owner_id, name, as_of, body) values (:owner, :owner_id, :name, :as_of, :body)
on conflict (owner, owner_id, name) do update set as_of = excluded.as_of, body = excluded.body where excluded.as_of >= as_of

-- name: dataset_named
select id from datasets where namespace = :namespace and name = :name

-- name: add_dataset
insert into datasets (id, namespace, name, root_id)
select next.id, :namespace, :name, next.id from (select coalesce(max(id), 0) + 1 as id from datasets) as next
returning id

-- name: claim_dataset
-- A root of 0 is to be found anew.
update datasets set claimed_by = :claimed_by, claimed_as_of = :as_of, root_id = iif(claimed_by is :claimed_by, root_id, 0)
where id = :id and coalesce(claimed_as_of, '') < :as_of

-- name: without_root
-- The names whose claim has changed, and all that these claim.
with recursive below (id) as (
    select id from datasets where root_id = 0
    union
    select datasets.id from below inner join datasets on datasets.claimed_by = below.id
)
select datasets.id, datasets.namespace, datasets.name, datasets.claimed_by, claimants.root_id as claimants_root
from below
inner join datasets on datasets.id = below.id
left join datasets as claimants on claimants.id = datasets.claimed_by

-- name: put_root
update datasets set root_id = :root_id where id = :id

-- name: touch_dataset
update datasets set
    created_at = coalesce(min(created_at, :at), :at),
    updated_at = coalesce(max(updated_at, :at), :at),
    last_modified_at = coalesce(max(last_modified_at, :written_at), last_modified_at, :written_at)
where id = :id

-- name: add_run_io
insert into run_io (run_id, job_id, dataset_id, direction) values (:run_id, :job_id, :dataset_id, :direction) on conflict do nothing

-- name: declare_job
update jobs set declared_as_of = :as_of where id = :job_id and coalesce(declared_as_of, '') < :as_of

-- name: clear_declared_io
delete from declared_io where job_id = :job_id

-- name: add_declared_io
insert into declared_io (job_id, dataset_id, direction) values (:job_id, :dataset_id, :direction) on conflict do nothing
