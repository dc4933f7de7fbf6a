"""How a place in S3 is called: bucket and key (OpenLineage, Naming Conventions: S3), whichever of Hadoop's schemes a producer has."""

import re

_BUCKET = re.compile(r"s3[an]?://(?P<bucket>[^/]+)/*", re.IGNORECASE)
_URL = re.compile(r"s3[an]?://(?P<bucket>[^/]+)(?P<key>/.*)?", re.IGNORECASE | re.DOTALL)


def find(namespace: str, name: str) -> tuple[str, str] | None:
    """Namespace and name of a place in S3; None for what is none.

    The key has no slash at either end and, as Hadoop's paths, none twice; the whole bucket is `/`. A name may be a whole URL.
    """
    bucket, url = _BUCKET.fullmatch(namespace), _URL.fullmatch(name)
    if bucket is None:
        return None
    key = (url["key"] or "") if url else name
    parts = [part for part in key.split("/") if part]
    return f"s3://{(url or bucket)['bucket']}", "/".join(parts) or "/"
