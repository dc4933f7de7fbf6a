"""A door to PostgreSQL behind which it speaks as Redshift does: what Redshift reports when a client connects, and what it refuses.

`python -m local.redshift --port=PORT --server=PORT` stands between a client and the server on loopback ports. It is no Redshift: statements
that Redshift has and PostgreSQL has not (UNLOAD, COPY from S3, distribution keys) fail behind it as they do without it.
"""
