select schemaname, databasename, esoptions
from svv_external_schemas
where eskind = 1 and schemaname in ({schemas})
