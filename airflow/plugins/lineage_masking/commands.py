"""Credentials that stand in command lines and in headers by their place: options, curl's users, cookies."""

import re
from collections.abc import Iterator

_BOUND = r"[^\n|;]{0,150}?[ \t]"
_FORMS = (
    re.compile(
        r"(?<![\w-])--?[\w-]{0,40}(?:password|passwd|passphrase|passcode|secret|token|api-?key|access-?key|auth-?key|private-?key|credentials?)[\w-]{0,20}"
        r"(?:=|[ \t]+)\\*[\"']?(?P<secret>[^\s\"'$\\{<=-][^\s\"'\\]*)",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:curl|wget|https?|xh)\b{_BOUND}(?:-u|--user|--proxy-user|-U|-a|--auth)(?:[ \t]*|=)[\"']?[^\s:\"'-][^\s:\"']{{0,200}}:(?P<secret>[^\s\"'$][^\s\"']*)"),
    re.compile(rf"\b(?:mysql(?:dump|admin|import)?|mariadb(?:-dump)?|sshpass|mongosh?|mongodump)\b{_BOUND}-p[ \t]?[\"']?(?P<secret>[^\s\"'$-][^\s\"']*)"),
    re.compile(rf"\bredis-cli\b{_BOUND}-a[ \t]+[\"']?(?P<secret>[^\s\"'$-][^\s\"']*)"),
    re.compile(rf"\b(?:ldapsearch|ldapmodify|smbclient)\b{_BOUND}-w[ \t]+[\"']?(?P<secret>[^\s\"'$-][^\s\"']*)"),
    re.compile(r"\baws[ \t]+configure[ \t]+set[ \t]+\S{0,60}(?:secret|token)\S{0,20}[ \t]+[\"']?(?P<secret>[^\s\"'$]+)"),
    re.compile(r"-pass(?:in|out)?[ \t]+pass:(?P<secret>[^\s\"']+)"),
    re.compile(r"(?<![\w-])(?:set-)?cookie2?\\*[\"']?\s{0,9}[:=]\s{0,9}\\*[\"']?(?P<secret>[^\r\n\"'\\]+)", re.IGNORECASE),
    re.compile(r"(?<![\w])(?:AccountKey|SharedAccessKey|SharedAccessSignature)=(?P<secret>[^;\s\"']+)", re.IGNORECASE),
)
_HINTS = ("--", " -", "aws", "ookie", "OOKIE", "AccountKey", "SharedAccess")


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand."""
    if any(hint in text for hint in _HINTS):
        for form in _FORMS:
            yield from (match.span("secret") for match in form.finditer(text))
