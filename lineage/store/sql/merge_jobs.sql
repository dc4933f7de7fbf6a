-- What is known of the job :old_id, whose runs are all gone to :job_id, goes the same way.

insert into facets (owner, owner_id, name, as_of, body)
select owner, :job_id, name, as_of, body from facets where owner = 'job' and owner_id = :old_id
on conflict (owner, owner_id, name) do update set as_of = excluded.as_of, body = excluded.body where excluded.as_of > as_of;

update or ignore column_lineage set job_id = :job_id where job_id = :old_id;

update or ignore column_edges set job_id = :job_id where job_id = :old_id;

delete from column_edges where job_id = :old_id;

delete from column_lineage where job_id = :old_id;

delete from facets where owner = 'job' and owner_id = :old_id;

delete from job_io where job_id = :old_id;

update jobs set created_at = min(jobs.created_at, old.created_at), updated_at = max(jobs.updated_at, old.updated_at)
from jobs as old
where jobs.id = :job_id and old.id = :old_id;

delete from jobs where id = :old_id;
