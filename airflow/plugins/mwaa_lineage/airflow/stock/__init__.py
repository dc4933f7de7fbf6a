"""Lineage of operators and hooks that are not this project's, in DAGs that know nothing of it."""
