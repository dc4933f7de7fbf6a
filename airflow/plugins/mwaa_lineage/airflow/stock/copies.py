"""Objects of S3 that a task copies: datasets without SQL."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from mwaa_lineage.sql.relations import Location


class Copy(NamedTuple):
    """Of one object."""

    source: Location
    target: Location

    @classmethod
    def of(cls, hook: Any, given: Any) -> "Copy":
        """By what S3Hook.copy_object and S3CopyObjectOperator are given: keys with their buckets, or URLs.

        `hook` is an S3Hook, or its class. Raises what the hook raises for keys that are neither.
        """
        places = [
            hook.get_s3_bucket_key(
                given.get(f"{side}_bucket_name"), given[f"{side}_bucket_key"], f"{side}_bucket_name", f"{side}_bucket_key"
            )
            for side in ("source", "dest")
        ]
        source, target = (Location(bucket, key.strip("/")) for bucket, key in places)
        return cls(source, target)


def datasets(copies: Iterable[Copy]) -> tuple[list[Any], list[Any]]:
    """Inputs and outputs, each once."""
    from openlineage.client.event_v2 import InputDataset, OutputDataset  # noqa: PLC0415 - openlineage is not for parsing DAGs

    copies = list(copies)
    sources, targets = dict.fromkeys(each.source for each in copies), dict.fromkeys(each.target for each in copies)
    return [InputDataset(*_name(each)) for each in sources], [OutputDataset(*_name(each)) for each in targets]


def _name(place: Location) -> tuple[str, str]:
    return f"s3://{place.bucket}", place.key or "/"
