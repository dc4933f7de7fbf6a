select 1
from {schema}.{table}
limit 1
