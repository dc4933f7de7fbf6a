-- Everything of the dataset :old_id becomes :dataset_id's, which turned out to be the same; where both have it, the newer stays.

update or ignore run_io set dataset_id = :dataset_id where dataset_id = :old_id;

update or ignore declared_io set dataset_id = :dataset_id where dataset_id = :old_id;

update or ignore job_io set dataset_id = :dataset_id where dataset_id = :old_id;

update or ignore column_lineage set output_id = :dataset_id where output_id = :old_id;

update or ignore column_edges set output_id = :dataset_id where output_id = :old_id;

insert into facets (owner, owner_id, name, as_of, body)
select owner, :dataset_id, name, as_of, body from facets where owner = 'dataset' and owner_id = :old_id
on conflict (owner, owner_id, name) do update set as_of = excluded.as_of, body = excluded.body where excluded.as_of > as_of;

update dataset_names set dataset_id = :dataset_id where dataset_id = :old_id;

update datasets set
    created_at = min(datasets.created_at, old.created_at),
    updated_at = max(datasets.updated_at, old.updated_at),
    last_modified_at = coalesce(max(datasets.last_modified_at, old.last_modified_at), datasets.last_modified_at, old.last_modified_at)
from datasets as old
where datasets.id = :dataset_id and old.id = :old_id;

delete from run_io where dataset_id = :old_id;

delete from declared_io where dataset_id = :old_id;

delete from job_io where dataset_id = :old_id;

delete from column_lineage where output_id = :old_id;

delete from column_edges where output_id = :old_id;

delete from facets where owner = 'dataset' and owner_id = :old_id;

delete from datasets where id = :old_id;
