-- name: namespaces
select name, created_at, updated_at from namespaces order by name limit :limit offset :offset

-- name: namespace_exists
select exists (select 1 from namespaces where name = :namespace) as found

-- name: jobs
select jobs.*, parents.name as parent_name
from shown_jobs as jobs left join jobs as parents on parents.id = jobs.parent_id
where jobs.namespace = :namespace
order by jobs.updated_at desc, jobs.name
limit :limit offset :offset

-- name: count_jobs
select count(*) as total from shown_jobs where namespace = :namespace

-- name: jobs_by_id
select jobs.*, parents.name as parent_name
from shown_jobs as jobs left join jobs as parents on parents.id = jobs.parent_id
where jobs.id in (select value from json_each(:ids))

-- name: io_of_jobs
select job_io.job_id, job_io.direction, min(job_io.older) as older, roots.namespace, roots.name
from job_io
inner join datasets as names on names.id = job_io.dataset_id
inner join datasets as roots on roots.id = names.root_id
where job_io.job_id in (select value from json_each(:ids))
group by job_io.job_id, job_io.direction, roots.id
order by roots.namespace, roots.name

-- name: latest_runs
-- The newest ones, and the one that tells the job's state.
select runs.*, runs.id = coalesce(speakers.run_id, '') as speaks
from json_each(:ids) as wanted
left join speakers on speakers.job_id = wanted.value
inner join runs on runs.job_id = wanted.value and (
    runs.id = speakers.run_id or runs.id in (
        select id from shown_runs as newest where newest.job_id = wanted.value
        order by coalesce(started_at, created_at) desc, id desc
        limit :limit
    )
)
order by coalesce(runs.started_at, runs.created_at) desc, runs.id desc

-- name: runs
select * from shown_runs where job_id = :job_id order by started_at desc nulls last, created_at desc, id desc limit :limit offset :offset

-- name: count_runs
select count(*) as total from shown_runs where job_id = :job_id

-- name: run
-- Of a run that names several jobs, what was told last.
select shown_runs.* from shown_runs inner join jobs on jobs.id = shown_runs.job_id
where shown_runs.id = :id
order by shown_runs.updated_at desc, jobs.namespace, jobs.name
limit 1

-- name: dataset_id
select root_id as id from datasets where namespace = :namespace and name = :name

-- name: datasets
select
    roots.id, roots.namespace, roots.name,
    min(names.created_at) as created_at, max(names.updated_at) as updated_at, max(names.last_modified_at) as last_modified_at
from datasets as roots inner join datasets as names on names.root_id = roots.id
where roots.namespace = :namespace
group by roots.id
order by roots.name
limit :limit offset :offset

-- name: count_datasets
select count(*) as total from datasets where namespace = :namespace and root_id = id

-- name: datasets_by_id
select
    roots.id, roots.namespace, roots.name,
    min(names.created_at) as created_at, max(names.updated_at) as updated_at, max(names.last_modified_at) as last_modified_at
from datasets as roots inner join datasets as names on names.root_id = roots.id
where roots.id in (select value from json_each(:ids))
group by roots.id

-- name: dataset_facets
-- The newest of each name among all names of a dataset.
select names.root_id as owner_id, facets.name, facets.body, max(facets.as_of) as as_of
from datasets as names inner join facets on facets.owner = 'dataset' and facets.owner_id = names.id
where names.root_id in (select value from json_each(:ids))
group by names.root_id, facets.name
order by names.root_id, facets.name

-- name: facets
select owner_id, name, body from facets
where owner = :owner and owner_id in (select value from json_each(:ids))
order by owner_id, name

-- name: column_lineage
select
    outputs.root_id as output_id, edges.output_field as name,
    coalesce(inputs.namespace, edges.input_namespace) as namespace,
    coalesce(inputs.name, edges.input_name) as dataset,
    edges.input_field as field, edges.transformation_type, edges.transformation_description
from datasets as outputs
inner join shown_column_edges as edges on edges.output_id = outputs.id
left join datasets as names on names.namespace = edges.input_namespace and names.name = edges.input_name
left join datasets as inputs on inputs.id = names.root_id
where outputs.root_id in (select value from json_each(:ids))
order by 1, 2, 3, 4, 5, 6, 7

-- name: indirect_lineage
select distinct
    outputs.root_id as output_id, edges.output_field as name, edges.transformation_type,
    coalesce(inputs.namespace, edges.input_namespace) as namespace,
    coalesce(inputs.name, edges.input_name) as dataset,
    edges.input_field as field
from datasets as outputs
inner join indirect_edges as edges on edges.output_id = outputs.id
left join datasets as names on names.namespace = edges.input_namespace and names.name = edges.input_name
left join datasets as inputs on inputs.id = names.root_id
where
    outputs.root_id in (select value from json_each(:ids))
    and (edges.job_id = 0 or edges.job_id in (select id from shown_jobs where shown_jobs.id = edges.job_id))
order by 1, 2, 3, 4, 5, 6

-- name: events_asc
select body from events where event_time >= :after and event_time < :before order by event_time, digest limit :limit offset :offset

-- name: events_desc
select body from events where event_time >= :after and event_time < :before order by event_time desc, digest desc limit :limit offset :offset

-- name: count_events
select count(*) as total from events where event_time >= :after and event_time < :before
