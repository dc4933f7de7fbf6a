"""A lineage store in one process and one SQLite file: takes OpenLineage events, answers with Marquez's API."""
