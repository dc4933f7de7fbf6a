"""What lineage costs a task: without it, with the integration's own transport, and with the spool, for stores that fail in each way."""
