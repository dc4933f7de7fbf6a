"""OpenLineage events as they arrive: decoded, checked, and told apart.

Checked leniently, as producers of every age must be able to write: what identifies a job, a run or a dataset has to be
there, everything else may be missing (https://openlineage.io/spec/2-0-2/OpenLineage.json).
"""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeGuard

from lineage.shapes import Json

Kind = Literal["RunEvent", "DatasetEvent", "JobEvent"]

# Marquez's rule for namespaces; other characters are refused there too. A path of the API cannot name "." and "..".
_NAMESPACE = re.compile(r"(?!\.\.?\Z)[a-zA-Z0-9:;=/_\-.@+]{1,1024}")
_LEVELS = 500  # of nested JSON; whoever reads an answer has some hundreds at most left of the thousand that Python allows
_REQUIRED: dict[Kind, tuple[str, ...]] = {
    "RunEvent": ("run.runId", "job.namespace", "job.name"),
    "JobEvent": ("job.namespace", "job.name"),
    "DatasetEvent": ("dataset.namespace", "dataset.name"),
}


class BadEventError(Exception):
    """An event that cannot be stored: `status` is the HTTP status that says so, the message every reason."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Event:
    """A checked event. `time` is UTC with six decimals, at most now; `digest` is equal for equal events; `content` is the event itself."""

    kind: Kind
    time: str
    digest: bytes
    body: str
    content: Json

    @property
    def run_id(self) -> str:
        """The run's UUID in lower case; any other id becomes the UUID made of its MD5, as Java's nameUUIDFromBytes does."""
        return run_uuid(self.content["run"]["runId"])

    @property
    def as_of(self) -> str:
        """The time with the start of the digest behind it: sorts as time does, and is no other event's."""
        return f"{self.time} {self.digest.hex()[:16]}"

    @property
    def type(self) -> str:
        """START, COMPLETE...; empty when the event has none."""
        return str(self.content.get("eventType") or "").upper()

    def datasets(self, side: Literal["inputs", "outputs"]) -> list[Json]:
        """The event's inputs or outputs."""
        return self.content.get(side) or []


def parse(body: bytes) -> Event:
    """Reads one event. Raises BadEventError: 400 for what is no proper JSON or has a bad time or namespace, 422 for missing fields."""
    content, text, canonical = _decode(body)
    kind = _kind(content)
    _check_shape(content, kind)
    # A clock that is ahead must not make its event the newest for as long as that: none is later than its arrival.
    time = min(utc(content["eventTime"]), _iso(datetime.now(UTC)))
    return Event(kind, time, hashlib.sha256(canonical).digest(), text, content)


def run_uuid(run_id: str) -> str:
    """The UUID that stands for a run id."""
    try:
        return str(uuid.UUID(run_id))
    except ValueError:
        return str(uuid.UUID(bytes=hashlib.md5(run_id.encode(), usedforsecurity=False).digest(), version=3))


def utc(time: str) -> str:
    """An ISO 8601 time in UTC with six decimals; one without a zone is UTC, as in Marquez. Raises BadEventError(400)."""
    try:
        parsed = datetime.fromisoformat(time.upper())
        return _iso(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise BadEventError(400, f"{time!r} is no ISO 8601 time, such as 2026-01-31T12:00:00Z") from error


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def is_namespace(value: Any) -> TypeGuard[str]:
    """Whether a namespace may have this name."""
    return isinstance(value, str) and _NAMESPACE.fullmatch(value) is not None


def _decode(body: bytes) -> tuple[Any, str, bytes]:
    """The content, its compact text, and its bytes with sorted keys. What cannot be written again as UTF-8 JSON is refused."""
    try:
        content = json.loads(body.decode("utf-8"))
        _check_depth(content)
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        canonical = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
        return content, text, canonical.encode("utf-8")
    except UnicodeError as error:
        raise BadEventError(400, "the body is not UTF-8, or holds half a surrogate pair") from error
    except ValueError as error:
        raise BadEventError(400, f"the body is no JSON: {error}") from error
    except RecursionError as error:
        raise BadEventError(400, "the body is nested too deeply") from error


def _check_depth(content: Any) -> None:
    """What the store takes it must be able to answer with, inside other JSON and for every reader. Raises RecursionError."""
    level = [content]
    for _ in range(_LEVELS):
        children = (node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list))
        level = [child for of_one in children for child in of_one if isinstance(child, dict | list)]
        if not level:
            return
    raise RecursionError


def _kind(content: Any) -> Kind:
    """By the tail of schemaURL; a RunEvent when that says nothing."""
    tail = str(content.get("schemaURL") or "").rpartition("/")[2] if isinstance(content, dict) else ""
    match tail:
        case "DatasetEvent" | "JobEvent":
            return tail
        case _:
            return "RunEvent"


def _check_shape(content: Any, kind: Kind) -> None:
    if not isinstance(content, dict):
        raise BadEventError(422, "an event is a JSON object")
    problems = [problem for path in ("eventTime", "producer", *_REQUIRED[kind]) for problem in _text(content, path)]
    problems += _facets(content, "run", "job", "dataset")
    for side in ("inputs", "outputs"):
        problems += _datasets(content.get(side), side)
    if problems:
        raise BadEventError(422, f"{kind}: " + "; ".join(problems))
    _check_namespaces(content)


def _text(parent: Json, path: str) -> list[str]:
    """What is wrong with the text at a dotted path."""
    *way, last = path.split(".")
    value: Any = parent
    for key in (*way, last):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None or value == "":
        return [f"{path} is missing"]
    return [] if isinstance(value, str) and "\0" not in value else [f"{path} is no text"]


def _facets(parent: Json, *owners: str) -> list[str]:
    found = ((owner, (parent.get(owner) or {})) for owner in owners)
    return [
        f"{owner}.facets is no object of objects" for owner, part in found if isinstance(part, dict) and not _is_facets(part.get("facets"))
    ]


def _is_facets(facets: Any) -> bool:
    return facets is None or (isinstance(facets, dict) and all(isinstance(facet, dict | None) for facet in facets.values()))


def _datasets(datasets: Any, side: str) -> list[str]:
    if datasets is None:
        return []
    if not isinstance(datasets, list) or not all(isinstance(dataset, dict) for dataset in datasets):
        return [f"{side} is no list of objects"]
    wrong = [
        problem
        for dataset in datasets
        for problem in (*_text(dataset, "namespace"), *_text(dataset, "name"), *_facets({"dataset": dataset}, "dataset"))
    ]
    return [f"{side}: {problem}" for problem in dict.fromkeys(wrong)]


def _check_namespaces(content: Json) -> None:
    parts = [content.get("job"), content.get("dataset"), *(content.get("inputs") or []), *(content.get("outputs") or [])]
    names = [part["namespace"] for part in parts if isinstance(part, dict) and "namespace" in part]
    if bad := sorted({repr(name) for name in names if not is_namespace(name)}):
        raise BadEventError(
            400, f"namespace {', '.join(bad)}: only letters, digits and : ; = / _ - . @ + are allowed, 1024 characters at most"
        )
