-- name: declared
select coalesce(declared_as_of, '') as at from jobs where id = :job_id

-- name: newest_run
select id, parent_run_id, coalesce(started_at, created_at) as at from shown_runs where job_id = :job_id
order by coalesce(started_at, created_at) desc, id desc
limit 1

-- name: parts
-- The runs of a job in one parent run, the newest first.
select runs.id, runs.state, runs.ended_at, tries.part, tries.number
from runs left join tries on tries.run_id = runs.id
where runs.job_id = :job_id and (runs.id = :id or runs.parent_run_id = :parent_run_id)
order by coalesce(runs.started_at, runs.created_at) desc, runs.id desc

-- name: have_datasets
select exists (select 1 from run_io where job_id = :job_id and run_id in (select value from json_each(:runs))) as found

-- name: newest_settled_run
-- The newest run but :runs that ended with datasets.
select id, parent_run_id, coalesce(started_at, created_at) as at from shown_runs
where
    job_id = :job_id and ended_at is not null and id not in (select value from json_each(:runs))
    and exists (select 1 from run_io where run_io.run_id = shown_runs.id and run_io.job_id = shown_runs.job_id)
order by coalesce(started_at, created_at) desc, id desc
limit 1

-- name: clear
delete from job_io where job_id = :job_id

-- name: add_of_runs
insert into job_io (job_id, dataset_id, direction, older)
select distinct :job_id, dataset_id, direction, :older from run_io
where job_id = :job_id and run_id in (select value from json_each(:runs))
on conflict (job_id, dataset_id, direction) do nothing

-- name: add_declared
insert into job_io (job_id, dataset_id, direction, older)
select :job_id, dataset_id, direction, :older from declared_io where job_id = :job_id
on conflict (job_id, dataset_id, direction) do nothing

-- name: put_speaker
insert into speakers (job_id, run_id) values (:job_id, :run_id) on conflict (job_id) do update set run_id = excluded.run_id
