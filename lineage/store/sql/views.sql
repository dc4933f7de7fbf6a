-- name: namespaces
select name, created_at, updated_at from namespaces order by name limit :limit offset :offset

-- name: namespace_exists
select exists (select 1 from namespaces where name = :namespace) as found

-- name: jobs
select jobs.*, parents.name as parent_name
from jobs left join jobs as parents on parents.id = jobs.parent_id
where jobs.namespace = :namespace
order by jobs.updated_at desc, jobs.name
limit :limit offset :offset

-- name: count_jobs
select count(*) as total from jobs where namespace = :namespace

-- name: jobs_by_id
select jobs.*, parents.name as parent_name
from jobs left join jobs as parents on parents.id = jobs.parent_id
where jobs.id in (select value from json_each(:ids))

-- name: io_of_jobs
select job_io.job_id, job_io.direction, job_io.older, datasets.namespace, datasets.name
from job_io inner join datasets on datasets.id = job_io.dataset_id
where job_io.job_id in (select value from json_each(:ids))
order by datasets.namespace, datasets.name

-- name: latest_runs
select runs.*
from json_each(:ids) as wanted
inner join runs on runs.id in (
    select id from runs as newest where newest.job_id = wanted.value order by coalesce(started_at, created_at) desc limit :limit
)
order by coalesce(runs.started_at, runs.created_at) desc

-- name: runs
select * from runs where job_id = :job_id order by started_at desc nulls last, created_at desc limit :limit offset :offset

-- name: count_runs
select count(*) as total from runs where job_id = :job_id

-- name: run
select * from runs where id = :id

-- name: dataset_id
select id from datasets where namespace = :namespace and name = :name

-- name: datasets
select * from datasets where namespace = :namespace order by name limit :limit offset :offset

-- name: count_datasets
select count(*) as total from datasets where namespace = :namespace

-- name: datasets_by_id
select * from datasets where id in (select value from json_each(:ids))

-- name: facets
select owner_id, name, body from facets
where owner = :owner and owner_id in (select value from json_each(:ids))
order by owner_id, name

-- name: column_lineage
select
    edges.output_id, edges.output_field as name,
    coalesce(inputs.namespace, edges.input_namespace) as namespace,
    coalesce(inputs.name, edges.input_name) as dataset,
    edges.input_field as field, edges.transformation_type, edges.transformation_description
from column_edges as edges
left join dataset_names as names on names.namespace = edges.input_namespace and names.name = edges.input_name
left join datasets as inputs on inputs.id = names.dataset_id
where edges.output_id in (select value from json_each(:ids))
order by edges.output_id, edges.output_field, 3, 4, edges.input_field

-- name: events_asc
select body from events where event_time >= :after and event_time < :before order by event_time, id limit :limit offset :offset

-- name: events_desc
select body from events where event_time >= :after and event_time < :before order by event_time desc, id desc limit :limit offset :offset

-- name: count_events
select count(*) as total from events where event_time >= :after and event_time < :before
