"""A transport for OpenLineage's client that costs a task milliseconds and loses nothing.

`transport` takes events over into a spool on local disk; `courier`, one process a machine, delivers them; what cannot be delivered waits
on disk and, where workers vanish, in a bucket too; `replay` delivers what is left there.
"""
