"""Canaries in contexts that are put together at random: name, separator, operator, literal, surrounding text, nesting. None leaks."""

import json
import random
from collections.abc import Callable

import pytest

from mwaa_lineage.masking.texts import HIDDEN, mask

CANARY = "c4n4ry"
RUNS = 400
"""Of each form; the seed is its name, so that a failure comes again."""

NAMES = (
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "api key",
    "access key",
    "secret key",
    "private key",
    "secret access key",
)
PREFIXES = ("", "", "db", "my", "master", "client", "aws", "the new")
CONTENTS = ("{c}", "{c}-Xy9", "9{c}/+=", "a{c}b{c}", "{c}.{c}", "#{c}!", "{c}%40", "x_{c}_Y")
AROUND = (
    ("", ""),
    ("select 1; ", " -- done"),
    ("INFO - ", ", 3 rows"),
    ("it's so: ", " and it's done"),
    ("x = 1\n", "\ny = 2"),
    ("(", ")"),
    ("[2026-01-31, 00:00:00 UTC] {sql.py:418} INFO - ", " at 12:30"),
    ("host='h' ", " user='u'"),
    ("/* a */ ", " /* b */"),
)
NESTED: tuple[Callable[[str], str], ...] = (
    str,
    str,
    lambda text: json.dumps({"message": text}),
    lambda text: repr([text]),
    lambda text: json.dumps([json.dumps(text)]),
    lambda text: json.dumps({"a": str({"b": text})}),
)
Form = Callable[[random.Random, str, str], str]


def spelled(chance: random.Random) -> str:
    """A name of a secret, in one of the ways in which names are written."""
    words = f"{chance.choice(PREFIXES)} {chance.choice(NAMES)}".split()
    separator = chance.choice("_-. ") if len(words) > 1 else ""
    camel = words[0] + "".join(word.title() for word in words[1:])
    return chance.choice(
        (separator.join(words).replace(" ", "_"), "_".join(words).upper(), camel, camel[0].upper() + camel[1:], "".join(words))
    )


def column(chance: random.Random) -> str:
    """A name without quotes in SQL and code."""
    return spelled(chance).replace("-", "_").replace(".", "_")


def blanks(chance: random.Random) -> str:
    return chance.choice(("", " ", "  ", "\t", "\n", " /* why */ ", "\n  -- why\n  "))


def assigned(chance: random.Random, name: str, value: str) -> str:
    sign = chance.choice(("=", "==", ":=", "=>", "+=", "!=", "<>", " like ", " is ", " in ("))
    quote = chance.choice(("'{}'", "E'{}'", "N'{}'", "b'{}'", "r'{}'", "$${}$$", "$tag${}$tag$"))
    return f"{column(chance)}{blanks(chance)}{sign}{blanks(chance)}{quote.format(value)}"


def argument(chance: random.Random, name: str, value: str) -> str:
    head = chance.choice(("create user u {}", "alter user u with {}", "copy t from 's3://b' {}", "unload ('q') to 's3://b' {}"))
    word = chance.choice(("password", "PASSWORD", "secret_access_key", "SESSION_TOKEN", "access_key_id", "master_symmetric_key"))
    quote = chance.choice(("'{}'", "E'{}'", "U&'{}'", "$${}$$", "$a1${}$a1$", "'x'\n'{}'"))
    return f"{head.format(word)} {blanks(chance)}{quote.format(value)} valid until '2030-01-01'"


def quoted_key(chance: random.Random, name: str, value: str) -> str:
    quote = chance.choice("'\"")
    blank = chance.choice(("", " ", "\n  "))
    ends = chance.choice((f"{quote}{value}{quote}", f"[{quote}{value}{quote}]", f"[{quote}x{quote}, {quote}{value}{quote}]"))
    return f"{{{quote}user{quote}: {quote}u{quote}, {quote}{name}{quote}{blank}:{blank}{ends}}}"


def pair(chance: random.Random, name: str, value: str) -> str:
    key, other = chance.choice(
        (("name", "value"), ("Name", "Value"), ("NAME", "VALUE"), ("key", "value"), ("ParameterKey", "ParameterValue"))
    )
    return chance.choice(
        (
            json.dumps({key: name, other: value}),
            json.dumps({other: value, key: name}),
            json.dumps({key: name, "type": "String", other: value}),
            json.dumps([["user", "u"], [name, value]]),
            str((name, value)),
            f"<{key}>{name}</{key}><{other}>{value}</{other}>",
            f'<add {key}="{name}" {other}="{value}"/>',
        )
    )


def bare(chance: random.Random, name: str, value: str) -> str:
    """In ini files, DSNs, YAML, shells; what ends a word there is not in the value."""
    return f"{chance.choice(('', 'export ', 'host=h ', 'user=u;'))}{column(chance)}{chance.choice(('=', ' = ', ': ', ':=', '=>'))}{value}"


def address(chance: random.Random, name: str, value: str) -> str:
    scheme = chance.choice(("postgres", "https", "redis", "jdbc:postgresql", "mongodb+srv", "amqp"))
    return (
        f"{scheme}://{chance.choice(('u', '', 'u%40x.test', 'u.v'))}:{value}@{chance.choice(('h', 'h:5439', '[::1]:1', 'a:1,b:2'))}/d?x=1"
    )


def query(chance: random.Random, name: str, value: str) -> str:
    key = chance.choice(
        ("X-Amz-Signature", "X-Amz-Security-Token", "X-Goog-Signature", "sig", "Signature", "AWSAccessKeyId", "api_key", "access_token")
    )
    return f"https://h.test/x?{chance.choice(('', 'a=1&', 'a=1&amp;'))}{key}={value.replace('#', '%23')}&b=2"


def header(chance: random.Random, name: str, value: str) -> str:
    key = chance.choice(
        ("Authorization: Bearer", "authorization: Basic", "Proxy-Authorization: Digest", "X-Api-Key:", "x-auth-token:", "Cookie: a=")
    )
    return chance.choice(
        (f"{key} {value}", f"curl -H '{key} {value}' https://h.test", f'-H "{key} {value}"', f"> {key} {value}\n> Accept: */*")
    )


def option(chance: random.Random, name: str, value: str) -> str:
    dashed = column(chance).replace("_", "-").replace(" ", "-")
    value = value.replace("#", "").replace("!", "")
    return chance.choice(
        (
            f"load --{dashed} {value} --quiet",
            f"load --{dashed}={value} --quiet",
            f"load --{dashed} '{value}'",
            str(["load", f"--{dashed}", value]),
            f"curl -u u:{value} https://h.test",
            f"mysql -u u -p{value} d",
            f"PGPASSWORD={value} psql -h h",
            f"redis-cli -a {value} ping",
            f"aws configure set aws_secret_access_key {value}",
        )
    )


FORMS: dict[str, Form] = {form.__name__: form for form in (assigned, argument, quoted_key, pair, bare, address, query, header, option)}


@pytest.mark.parametrize("form", FORMS)
def test_no_canary_leaks(form: str) -> None:
    chance = random.Random(form)
    leaked = []
    for _ in range(RUNS):
        value = chance.choice(CONTENTS).format(c=CANARY)
        before, after = chance.choice(AROUND)
        text = chance.choice(NESTED)(f"{before}{FORMS[form](chance, spelled(chance), value)}{after}")
        if CANARY in (done := mask(text)) or HIDDEN not in done:
            leaked.append((text, done))
    assert leaked == []
