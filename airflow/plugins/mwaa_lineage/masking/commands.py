"""Credentials that stand in command lines and in headers by their place: options, curl's users, cookies."""

import re
from collections.abc import Iterator

from mwaa_lineage.masking import literals, operands, words
from mwaa_lineage.masking.literals import Value

_SEPARATOR = r"(?:[ \t]*=[ \t]*|[ \t]+(?:\\\r?\n\s*)?|[\"']\s*,\s*(?=[\"']))"
"""Between an option and its value; the last one is that of a list: ['--password', '...']."""
_PROGRAMS = {
    "curl": r"-[A-Za-z]{0,9}u|-U|--user|--proxy-user|-b",
    "wget": "--user",
    "http": "-a|--auth",
    **dict.fromkeys(("mysql", "mariadb", "sshpass", "mongo", "twine", "7z", "cqlsh", "beeline", "useradd", "usermod"), "-p"),
    **dict.fromkeys(("docker", "podman", "az"), r"login\b[^|;\n]{0,200}[ \t]-p"),
    **dict.fromkeys(("sqlcmd", "bcp", "zip", "unzip"), "-P"),
    "redis-cli": "-a|--pass",
    "ldap": "-w",
    "smbclient": "-U",
    "xfreerdp": "/p:",
    "openssl": "-pass(?:in|out)?|-k",
    "vault": "login",
    "htpasswd": r"-[A-Za-z]{0,9}b[A-Za-z]{0,9}[ \t]+\S{1,200}[ \t]+\S{1,100}",
    "net use": r"/user:\S{1,100}",
    "aws": r"--type[ \t]+SecureString\b[^|;\n]{0,200}[ \t]--value|--value(?=[^|;\n]{1,300}SecureString)"
    r"|configure[ \t]+set[ \t]+\S{0,60}(?:secret|token)\S{0,20}",
}
"""{program: what is followed by a credential, or by a user and a credential}"""
_WITH_USER = ("curl", "wget", "http", "smbclient")
_OPTIONS = {
    name: re.compile(rf"(?<![\w/-])(?:{option})(?:{_SEPARATOR}(?!-)|(?<=-[pPu])|(?<=/p:))(?=\S)") for name, option in _PROGRAMS.items()
}
_NAMED = {name: re.compile(rf"(?<![\w-]){name}[\w.]{{0,10}}(?=[\s\"'])") for name in _PROGRAMS}
_OPTION = re.compile(
    rf"(?<![\w-])(?:--?|/(?=\w{{1,20}}:))(?P<name>[A-Za-z][\w-]{{1,80}})(?:{_SEPARATOR}|(?<=[a-z]):)(?=[^\s<=-])", re.IGNORECASE
)
_PASS = re.compile(r"pass[ \t=]+\d(?!\S)")
"""The number of a pass through a film."""
_LINE = re.compile(r"(?:[^\n\\]|\\(?:\r?\n)?)*+")
_WORD = re.compile(r"[^\s\"'\\|;]+")
_USER = re.compile(r"[^\s:/]{0,200}:(?=[^/\s])|[^\s%/:]{1,200}%(?!40)(?=\S)")
_ECHOED = re.compile(
    r"\b(?:echo|printf)\s+(?:-n\s+)?[\"']?(?P<secret>[^\s|\"'$]{1,500})[\"']?\s*\|[^\n|]{0,300}?(?:-stdin|-with-token|chpasswd|kinit|sudo\s-S)\b"
)
_COOKIE = re.compile(r"(?<![\w-])(?:set-)?cookie2?\\*[\"']?\s{0,9}[:=]\s{0,9}\[?\\*[\"']?(?P<secret>[^\r\n\"'\\]+)", re.IGNORECASE)
_OF_TWO = re.compile(
    r"(?:\bauth\\*[\"']?\s{0,9}[=:]\s{0,9}|(?:Basic|Digest|Proxy)Auth|UsernamePassword\w{0,20})\(\s{0,9}(?=[brf]?\\*[\"'])"
)
_COMMA = re.compile(r"\s{0,9},\s{0,9}")
_AZURE = re.compile(r"(?<!\w)(?:AccountKey|SharedAccessKey|SharedAccessSignature)=(?P<secret>[^;\s\"']+)", re.IGNORECASE)
_OF_ONE_WORD = re.compile(r"(?:basic|bearer|token|negotiate|apikey|geniekey|ssws)[ \t]+", re.IGNORECASE)
_SCHEME = re.compile(r"(?:digest|oauth|aws4-hmac-sha256|aws4-ecdsa-p256-sha256)[ \t]+", re.IGNORECASE)
_PART = re.compile(r"[^\s\"'\\,;]+")
_HEADER = re.compile(r"(?:[^\r\n\\]|\\(?![rn])|(?<=,)\r?\n[ \t]+)*")
_OPENING = re.compile(r"(\\*[\"'])[\w-]{0,40}\Z")


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand."""
    if "-" in text or "/" in text:
        yield from _options(text)
    for name in _PROGRAMS:
        if name in text:
            yield from _of_program(text, name)
    if "echo" in text or "printf" in text:
        yield from (match.span("secret") for match in _ECHOED.finditer(text))
    if "ookie" in text or "OOKIE" in text:
        yield from (match.span("secret") for match in _COOKIE.finditer(text) if not operands.is_no_value(text, match.start("secret")))
    if "uth" in text or "Username" in text:
        yield from _second(text)
    if "AccountKey" in text or "SharedAccess" in text:
        yield from (match.span("secret") for match in _AZURE.finditer(text))


def _options(text: str) -> Iterator[tuple[int, int]]:
    """Of any program: --password, --api-token, /password:"""
    at = 0
    while option := _OPTION.search(text, at):
        at, name = option.end(), option["name"]
        if (words.names_secret(name) or name.endswith("bearer")) and not _PASS.match(text, option.start("name")):
            for span in _value(text, option.end(), with_user=False):
                yield span
                at = span[1]


def _of_program(text: str, name: str) -> Iterator[tuple[int, int]]:
    """What only this program has, each of its command lines read once."""
    at = 0
    while program := _NAMED[name].search(text, at):
        line = _LINE.match(text, program.end())
        at = line.end() if line else program.end()
        for option in _OPTIONS[name].finditer(text, program.end(), at):
            yield from _value(text, option.end(), with_user=name in _WITH_USER and not option.group().startswith("-b"))


def _second(text: str) -> Iterator[tuple[int, int]]:
    """Of a user and a password in Python: auth=('u', '...'), HTTPBasicAuth('u', '...')."""
    for opening in _OF_TWO.finditer(text):
        user = literals.quoted(text, opening.end())
        comma = _COMMA.match(text, user.end) if user else None
        password = literals.quoted(text, comma.end()) if comma else None
        if password and not operands.is_placeholder(text, password):
            yield from password.spans


def _value(text: str, at: int, *, with_user: bool) -> Iterator[tuple[int, int]]:
    value = literals.quoted(text, at) if text[at : at + 1] in ("'", '"', "\\", "`") else None
    word = None if value else _WORD.match(text, at)
    start, end = value.spans[0] if value else word.span() if word else (at, at)
    if with_user:
        user = _USER.match(text, start, end)
        start = user.end() if user else end
    elif text.startswith("pass:", start):
        start += len("pass:")
    if start < end and not operands.is_no_value(text, start):
        yield start, end


def authorization(text: str, start: int, at: int) -> Value | None:
    """The credentials of the `Authorization` whose name begins at `start` and whose value begins behind `at`.

    A line of many headers is read up to where the value ends, and not for what is no value: so the time stays linear.
    """
    at = literals.past_blanks(text, at)
    value = literals.quoted(text, at)
    begin = value.spans[0][0] if value else at
    one = _OF_ONE_WORD.match(text, begin)
    if scheme := one or _SCHEME.match(text, begin):
        begin = scheme.end()
    if operands.is_no_value(text, begin) and not (value and value.quote == "$"):
        return None
    end = value.spans[0][1] if value else _word_ends(text, begin) if one else _line_ends(text, start, begin)
    return Value(((begin, end),), value.end if value else end) if begin < end else None


def _word_ends(text: str, at: int) -> int:
    word = _PART.match(text, at)
    return word.end() if word else at


def _line_ends(text: str, start: int, at: int) -> int:
    opening = _OPENING.search(text, max(0, start - 50), start)
    line = _HEADER.match(text, at, literals.until(text, opening[1], at) if opening else len(text))
    return line.end() if line else at
