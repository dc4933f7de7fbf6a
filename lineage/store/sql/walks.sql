-- name: dataset_named
select root_id as id from datasets where namespace = :namespace and name = :name

-- name: job_named
select id from shown_jobs where namespace = :namespace and name = :name

-- name: job_of_node
select id from shown_jobs where namespace || ':' || name = :rest order by length(namespace) limit 1

-- name: dataset_of_node
select root_id as id from datasets where namespace || ':' || name = :rest order by length(namespace) limit 1

-- name: fields_of_node
-- Datasets whose name begins :rest, with what then is the column's name; so many at most, as each is looked into.
select root_id as id, substr(:rest, length(namespace) + length(name) + 3) as field
from datasets
where substr(:rest, 1, length(namespace) + length(name) + 2) = namespace || ':' || name || ':'
order by length(namespace) + length(name), length(namespace)
limit 50

-- name: jobs_of_datasets
select distinct job_io.job_id
from datasets as names inner join job_io on job_io.dataset_id = names.id
where names.root_id in (select value from json_each(:ids))

-- name: edges_of_jobs
select distinct job_io.job_id, names.root_id as dataset_id, job_io.direction
from job_io inner join datasets as names on names.id = job_io.dataset_id
where job_io.job_id in (select value from json_each(:ids))

-- name: outputs_of_job
select distinct names.root_id as dataset_id
from job_io inner join datasets as names on names.id = job_io.dataset_id
where job_io.job_id = :id and job_io.direction = 'OUTPUT'

-- name: schema_of_dataset
select facets.body
from datasets as names inner join facets on facets.owner = 'dataset' and facets.owner_id = names.id and facets.name = 'schema'
where names.root_id = :id
order by facets.as_of desc
limit 1

-- name: linked_fields
select edges.output_field as field
from datasets as names inner join shown_column_edges as edges on edges.output_id = names.id
where names.root_id = :id
union
select edges.input_field
from datasets as names
inner join shown_column_edges as edges on edges.input_namespace = names.namespace and edges.input_name = names.name
where names.root_id = :id

-- name: edges_upstream
-- :columns are [namespace, name, field] of output columns.
select
    outputs.namespace as output_namespace, outputs.name as output_name, edges.output_field,
    coalesce(inputs.namespace, edges.input_namespace) as input_namespace,
    coalesce(inputs.name, edges.input_name) as input_name,
    edges.input_field, edges.transformation_type, edges.transformation_description
from json_each(:columns) as wanted
inner join datasets as outputs
    on outputs.namespace = json_extract(wanted.value, '$[0]') and outputs.name = json_extract(wanted.value, '$[1]')
inner join datasets as output_names on output_names.root_id = outputs.id
inner join shown_column_edges as edges
    on edges.output_id = output_names.id and edges.output_field = json_extract(wanted.value, '$[2]')
left join datasets as names on names.namespace = edges.input_namespace and names.name = edges.input_name
left join datasets as inputs on inputs.id = names.root_id

-- name: edges_downstream
-- :columns are [namespace, name, field] of input columns.
select
    outputs.namespace as output_namespace, outputs.name as output_name, edges.output_field,
    inputs.namespace as input_namespace, inputs.name as input_name,
    edges.input_field, edges.transformation_type, edges.transformation_description
from json_each(:columns) as wanted
inner join datasets as inputs
    on inputs.namespace = json_extract(wanted.value, '$[0]') and inputs.name = json_extract(wanted.value, '$[1]')
inner join datasets as names on names.root_id = inputs.id
inner join shown_column_edges as edges
    on edges.input_namespace = names.namespace and edges.input_name = names.name
    and edges.input_field = json_extract(wanted.value, '$[2]')
inner join datasets as output_names on output_names.id = edges.output_id
inner join datasets as outputs on outputs.id = output_names.root_id
