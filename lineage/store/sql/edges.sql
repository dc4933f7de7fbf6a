-- name: declared
select coalesce(declared_as_of, '') as at from jobs where id = :job_id

-- name: newest_run
select id, coalesce(started_at, created_at) as at from shown_runs where job_id = :job_id
order by coalesce(started_at, created_at) desc, id desc
limit 1

-- name: newest_settled_run
-- The newest run that ended with datasets.
select id, coalesce(started_at, created_at) as at from shown_runs
where
    job_id = :job_id and ended_at is not null
    and exists (select 1 from run_io where run_io.run_id = shown_runs.id and run_io.job_id = shown_runs.job_id)
order by coalesce(started_at, created_at) desc, id desc
limit 1

-- name: clear
delete from job_io where job_id = :job_id

-- name: add_of_run
insert into job_io (job_id, dataset_id, direction, older)
select :job_id, dataset_id, direction, :older from run_io where run_id = :run_id and job_id = :job_id
on conflict (job_id, dataset_id, direction) do nothing

-- name: add_declared
insert into job_io (job_id, dataset_id, direction, older)
select :job_id, dataset_id, direction, :older from declared_io where job_id = :job_id
on conflict (job_id, dataset_id, direction) do nothing
