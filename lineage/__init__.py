"""The lineage store, the check of captured lineage against the expected one, and the page that draws it."""
