"""How right the column lineage of this project and of its peers is, on the same SQL, beside a truth that none of them made."""
