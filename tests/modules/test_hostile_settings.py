"""No setting, whatever its text, holds what Terraform would evaluate or AWS would refuse: every field, with hostile texts put into it.

The fields are found in the model, so a new one is tried too.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from modules.settings import Settings
from tests.modules.chart import DIGESTS
from tests.modules.conftest import Synthesize

GOOD: dict[str, Any] = {name: field.examples[0] for name, field in Settings.model_fields.items() if field.examples} | {
    "image_digests": DIGESTS,
    "tickit_location": "s3://my-data/tickit",
}
"""Every setting with a value, valid together: nothing is refused for another's sake."""

HOSTILE = [
    "${path.cwd}",
    '${file("/etc/hostname")}',
    "$${a}",
    "%{if true}",
    "%{ for a in b }",
    "{{.Values}}",
    "$(id)",
    "`id`",
    '"',
    "'",
    "\\",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\x1b[31m",
    "\x7f",
    "\u0085",
    "\u00a0",
    "\u2028",
    "\u202e",
    "\ud800",
    "\ufeff",
    "\u0661",
    "\uff11",
    "é",
    "<",
    "#",
    "*",
    ",",
    " ",
    "aws:",
    "AWS:",
    "x" * 2000,
    "1" * 2000,
    "../",
]
PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/=+@")
LONGEST = {"lineage_namespace": 255, "tickit_location": 1024, "state_backend": 1024, "lineage_url": 512}
TAGS = ("owner", "tags")


def spoilt(text: str, bad: str) -> set[str]:
    """The hostile text alone, and in a good one: at its ends, in its middle and around each of its signs."""
    around = {place for sign in re.finditer(r"[^A-Za-z0-9]", text) for place in sign.span()}
    return {bad, *(text[:place] + bad + text[place:] for place in {0, len(text) // 2, len(text), *around})}


def variants(good: Any, bad: str) -> Iterator[Any]:
    """A good value with the hostile text in it."""
    if isinstance(good, list):
        yield from ([text, *good[1:]] for text in spoilt(good[0], bad))
    elif isinstance(good, dict):
        (key, value), *others = good.items()
        yield from ({text: value, **dict(others)} for text in spoilt(key, bad))
        yield from ({key: text, **dict(others)} for text in spoilt(value, bad))
    else:
        yield from spoilt(str(good), bad)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def outcome(name: str, value: Any) -> list[str] | None:
    """The texts of the setting; None where it is refused, and it by its own name."""
    try:
        return texts(getattr(Settings(**GOOD | {name: value}), name))
    except ValidationError as error:
        named = {problem["loc"][0] for problem in error.errors()}
    return None if name in named else [f"refused as {named}"]


def is_tag(text: str) -> bool:
    """AWS's own words: \\p{L}, \\p{N}, spaces and some signs."""
    return all(unicodedata.category(sign)[0] in "LN" or sign in " .:/=+-@_" for sign in text) and not text.lower().startswith("aws:")


def is_harmless(name: str, text: str) -> bool:
    if name in TAGS:
        return is_tag(text) and len(text) <= 256 and text == text.strip()
    return set(text) <= PLAIN and len(text) <= LONGEST.get(name, 254)


def test_the_good_values_are_valid_together() -> None:
    assert set(GOOD) == set(Settings.model_fields)
    assert all(is_harmless(name, text) for name, value in Settings(**GOOD) for text in texts(value))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_hostile_text_is_refused_or_harmless(name: str) -> None:
    outcomes = [outcome(name, value) for bad in HOSTILE for value in variants(GOOD[name], bad)]
    assert [text for taken in outcomes for text in taken or [] if not is_harmless(name, text)] == []
    assert outcomes.count(None) >= len(HOSTILE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("owner", "x" * 256),
        ("owner", "Ünal & Söhne".replace("&", "+") + " 4.:/=-@_"),
        ("tags", {"k" * 128: "v" * 256, "empty": ""}),
        ("lineage_url", "http://a:1"),
        ("lineage_url", "https://10.0.0.7:65535"),
        ("lineage_url", f"https://a.example:443/{'x' * 489}"),
        ("domain", "xn--bcher-kva.example"),
    ],
)
def test_what_aws_takes_is_taken(name: str, value: Any) -> None:
    assert getattr(Settings(**GOOD | {name: value}), name) == value


def test_all_that_is_wrong_with_tags_is_said_at_once() -> None:
    tags = {"owner": "me", "aws:a": "b", "c": "${d}", "e" * 129: "f", "g": "h" * 257, "I": "j", "i": "k"}
    with pytest.raises(ValidationError) as error:
        Settings(**GOOD | {"tags": tags})
    (problem,) = error.value.errors()
    for said in ("may not set owner", "lower case: I, i", "more than 6", "'aws:a', 'c', 'eee", "'g'"):
        assert said in problem["msg"]


def test_tags_stand_in_terraforms_json_as_they_are(synthesize: Synthesize, settings: Callable[..., Settings]) -> None:
    odd = {"owner": "Ünal + Söhne 4.:/=-@_", "tags": {"a b.:/=+-@_": "c=d"}}
    wanted = settings(**odd).all_tags
    found = [provider["default_tags"] for stack in synthesize(**odd).values() for provider in stack["provider"].get("aws", [])]
    assert found
    assert all(tags == [{"tags": wanted}] for tags in found)
