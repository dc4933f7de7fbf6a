-- name: dataset_named
select dataset_id as id from dataset_names where namespace = :namespace and name = :name

-- name: job_named
select id from jobs where namespace = :namespace and name = :name

-- name: job_of_node
select id from jobs where namespace || ':' || name = :rest order by length(namespace) limit 1

-- name: dataset_of_node
select dataset_id as id from dataset_names where namespace || ':' || name = :rest order by length(namespace) limit 1

-- name: fields_of_node
-- Datasets whose name begins :rest, with what then is the column's name; so many at most, as each is looked into.
select dataset_id as id, substr(:rest, length(namespace) + length(name) + 3) as field
from dataset_names
where substr(:rest, 1, length(namespace) + length(name) + 2) = namespace || ':' || name || ':'
order by length(namespace) + length(name), length(namespace)
limit 50

-- name: jobs_of_datasets
select distinct job_id from job_io where dataset_id in (select value from json_each(:ids))

-- name: edges_of_jobs
select job_id, dataset_id, direction, older from job_io where job_id in (select value from json_each(:ids))

-- name: outputs_of_job
select dataset_id from job_io where job_id = :id and direction = 'OUTPUT'

-- name: schema_of_dataset
select body from facets where owner = 'dataset' and owner_id = :id and name = 'schema'

-- name: linked_fields
select output_field as field from column_edges where output_id = :id
union
select column_edges.input_field
from dataset_names
inner join column_edges on column_edges.input_namespace = dataset_names.namespace and column_edges.input_name = dataset_names.name
where dataset_names.dataset_id = :id

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
inner join column_edges as edges on edges.output_id = outputs.id and edges.output_field = json_extract(wanted.value, '$[2]')
left join dataset_names as names on names.namespace = edges.input_namespace and names.name = edges.input_name
left join datasets as inputs on inputs.id = names.dataset_id

-- name: edges_downstream
-- :columns are [namespace, name, field] of input columns.
select
    outputs.namespace as output_namespace, outputs.name as output_name, edges.output_field,
    inputs.namespace as input_namespace, inputs.name as input_name,
    edges.input_field, edges.transformation_type, edges.transformation_description
from json_each(:columns) as wanted
inner join datasets as inputs
    on inputs.namespace = json_extract(wanted.value, '$[0]') and inputs.name = json_extract(wanted.value, '$[1]')
inner join dataset_names as names on names.dataset_id = inputs.id
inner join column_edges as edges
    on edges.input_namespace = names.namespace and edges.input_name = names.name
    and edges.input_field = json_extract(wanted.value, '$[2]')
inner join datasets as outputs on outputs.id = edges.output_id
