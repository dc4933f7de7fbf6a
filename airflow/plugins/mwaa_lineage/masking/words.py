"""Names that say of a value that it is secret: one list for texts, for keys of objects and for options of commands."""

import re

_KEYS = (
    "api access private secret account shared signing encryption session master symmetric fernet auth license storage webhook deploy ssh"
    " app application subscription hmac aes functions"
)
_PASSES = (
    "db user smtp mail ftp ldap ssh redis mysql pg postgres admin root store key database login proxy conn connection redshift warehouse"
)
_WORDS = (
    *("pass word", "pass wd", "pass phrase", "pass code", "pass key", "pwd", "secret", "token", "credential", "authorization"),
    *(f"{kind} key" for kind in _KEYS.split()),
    *("access key id", "secret access key", "master symmetric key", "rediscli auth", "plaintext", "registry auth"),
    *(f"{kind} pass" for kind in _PASSES.split()),
)
SHORT = ("pass", "pw")
"""Only as words of their own; in prose and in tables of results they are none."""
_WHOLE = (
    "auth",
    *SHORT,
    *("dsn", "cookie", "cookies", "jwt", "sas", "sql alchemy conn"),
    *(f"{kind} {what}" for kind in ("conn", "connection") for what in ("uri", "url", "string", "str")),
    "database url",
)
"""Of these a key holds a secret somewhere in its value. In a text the value is looked through like the rest of it."""
_NO_VALUE = (
    *("arn", "name", "file", "path", "url", "uri", "length", "policy", "version", "rotation", "count", "field", "column", "ttl"),
    *("stdin", "fd", "env", "(?<!key_)id"),
)
"""A key that ends so tells of a secret without holding one."""


def _spellings(words: tuple[str, ...], separator: str) -> str:
    return "|".join(word.replace(" ", separator) for word in sorted(words, key=len, reverse=True))


IN_A_TEXT = (
    _spellings(tuple(word for word in _WORDS if word != "credential"), r"[_ .-]?")
    + rf"|(?<![a-z0-9])(?:{'|'.join(SHORT)})|credentials?(?=\W{{1,9}}:\s{{0,9}}\{{)"
)
"""An expression for lower-case letters. The longest spelling comes first. What credentials hold is looked through by itself,
except in an object."""
_SECRET = re.compile(_spellings(_WORDS, ""))
_HOLDS_ONE = re.compile(rf"(?:^|_)(?:{_spellings(_WHOLE, '_?')})$")
_TELLS_OF_ONE = re.compile(rf"_(?:{'|'.join(_NO_VALUE)})$")
_ONLY_A_NAME = re.compile(rf"(?:[a-z]{{1,12}}_){{0,5}}(?:{_spellings(_WORDS, '_?')})s?")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[\s._-]+")
_NAME = re.compile(r"[^\s'\"=;,<>]{1,100}(?:\s[^\s'\"=;,<>]{1,40}){0,5}")
"""Some words: a statement of SQL that mentions a password is no name."""


def names_secret(name: object) -> bool:
    """Whether the value of such a key is secret, in any spelling: SecretAccessKey, secret_access_key, x-api-key."""
    if not isinstance(name, str) or not _NAME.fullmatch(name.strip()):
        return False
    parts = _parts(name)
    if _HOLDS_ONE.search(parts):
        return True
    return _SECRET.search(parts.replace("_", "")) is not None and not _TELLS_OF_ONE.search(parts)


def is_name(word: str) -> bool:
    """Whether a word is such a name and no value: `password=password`, `["password", "token"]`."""
    return _ONLY_A_NAME.fullmatch(_parts(word)) is not None and _NAME.fullmatch(word.strip()) is not None


def _parts(name: str) -> str:
    words = name.strip()
    return _SEPARATORS.sub("_", words if words.islower() else _CAMEL.sub("_", words)).lower()
