"""Hides secrets: `texts` finds them by the forms that they have, `events` in whole lineage events, `settings` knows them by their names."""
