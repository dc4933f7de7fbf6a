"""The name that mwaa_lineage had: DAGs that import from it run as before, with a warning."""

import warnings

from mwaa_lineage import LineageSQLOperator

__all__ = ["LineageSQLOperator"]

warnings.warn("sql_lineage is now mwaa_lineage: `from mwaa_lineage import LineageSQLOperator`", FutureWarning, stacklevel=2)
