-- name: told
select edges from told_columns where output_id = :output_id and job_id = :job_id and run_id = :run_id

-- name: tell
insert into told_columns (output_id, job_id, run_id, as_of, edges) values (:output_id, :job_id, :run_id, :as_of, :edges)
on conflict (output_id, job_id, run_id) do update set as_of = excluded.as_of, edges = excluded.edges where excluded.as_of >= as_of

-- name: tellers
-- The newest word first.
select told.run_id as id, runs.parent_run_id, tries.part, tries.number
from told_columns as told
left join runs on runs.id = told.run_id and runs.job_id = told.job_id
left join tries on tries.run_id = told.run_id
where told.output_id = :output_id and told.job_id = :job_id
order by told.as_of desc

-- name: forget
delete from told_columns where output_id = :output_id and job_id = :job_id and run_id not in (select value from json_each(:runs))

-- name: clear
delete from column_edges where output_id = :output_id and job_id = :job_id

-- name: clear_indirect
delete from indirect_edges where output_id = :output_id and job_id = :job_id

-- name: add
-- Of two ways to derive the same column the first by name is told, and a known one before none, whichever part came first.
insert into column_edges (
    output_id, output_field, job_id, input_namespace, input_name, input_field, transformation_type, transformation_description
)
select
    :output_id, json_extract(edge.value, '$[0]'), :job_id, json_extract(edge.value, '$[1]'), json_extract(edge.value, '$[2]'),
    json_extract(edge.value, '$[3]'), json_extract(edge.value, '$[4]'), json_extract(edge.value, '$[5]')
from told_columns as told, json_each(told.edges) as edge
where
    told.output_id = :output_id and told.job_id = :job_id and told.run_id in (select value from json_each(:runs))
    and not coalesce(json_extract(edge.value, '$[6]'), 0)
on conflict do update set
    transformation_type = excluded.transformation_type, transformation_description = excluded.transformation_description
where
    (coalesce(excluded.transformation_type, '~'), coalesce(excluded.transformation_description, '~'))
    < (coalesce(transformation_type, '~'), coalesce(transformation_description, '~'))

-- name: add_indirect
insert or ignore into indirect_edges (output_id, output_field, job_id, input_namespace, input_name, input_field, transformation_type)
select
    :output_id, json_extract(edge.value, '$[0]'), :job_id, json_extract(edge.value, '$[1]'), json_extract(edge.value, '$[2]'),
    json_extract(edge.value, '$[3]'), coalesce(json_extract(edge.value, '$[4]'), 'INDIRECT')
from told_columns as told, json_each(told.edges) as edge
where
    told.output_id = :output_id and told.job_id = :job_id and told.run_id in (select value from json_each(:runs))
    and json_extract(edge.value, '$[6]')
