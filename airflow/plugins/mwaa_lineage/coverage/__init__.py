"""Which tasks have lineage, and why others lack it, from what a lineage store knows of their last runs. Standard library only."""
