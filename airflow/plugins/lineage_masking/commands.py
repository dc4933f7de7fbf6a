"""Credentials that stand in command lines and in headers by their place: options, curl's users, cookies."""

import re
from collections.abc import Iterator

_VALUE = r"\\*[\"']?(?P<secret>[^\s\"'$\\{<=-][^\s\"'\\]*)"
_USER = r"\\*[\"']?[^\s:\"'-][^\s:\"']{0,200}:(?P<secret>[^\s\"'$\\][^\s\"'\\]*)"
_PROGRAMS = {
    r"curl|wget|https?|xh": rf"(?:-u|--user|--proxy-user|-U|-a|--auth)(?:[ \t]*|=){_USER}",
    r"mysql(?:dump|admin|import)?|mariadb(?:-dump)?|sshpass|mongosh?|mongodump": rf"-p[ \t]?{_VALUE}",
    r"redis-cli": rf"-a[ \t]+{_VALUE}",
    r"ldapsearch|ldapmodify|smbclient": rf"-w[ \t]+{_VALUE}",
    r"openssl": rf"-pass(?:in|out)?[ \t]+pass:{_VALUE}",
    r"aws[ \t]+configure[ \t]+set": rf"\S{{0,60}}(?:secret|token)\S{{0,20}}[ \t]+{_VALUE}",
}
"""{programs: the option of theirs that is followed by a credential, within one line}"""
_OPTION = r"password|passwd|passphrase|passcode|secret|token|(?:api|access|auth|private)-?key|credentials?"
_FORMS = (
    *(re.compile(rf"\b(?:{programs})\b(?:[^\n|;]{{0,150}}?)[ \t]{option}") for programs, option in _PROGRAMS.items()),
    re.compile(rf"(?<![\w-])--?[\w-]{{0,40}}(?:{_OPTION})[\w-]{{0,20}}(?:=|[ \t]+){_VALUE}", re.IGNORECASE),
    re.compile(r"(?<![\w-])(?:set-)?cookie2?\\*[\"']?\s{0,9}[:=]\s{0,9}\\*[\"']?(?P<secret>[^\r\n\"'\\]+)", re.IGNORECASE),
    re.compile(r"(?<!\w)(?:AccountKey|SharedAccessKey|SharedAccessSignature)=(?P<secret>[^;\s\"']+)", re.IGNORECASE),
)
_HINTS = ("--", " -", "aws", "ookie", "OOKIE", "AccountKey", "SharedAccess")


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand."""
    if any(hint in text for hint in _HINTS):
        for form in _FORMS:
            yield from (match.span("secret") for match in form.finditer(text))
