"""Credentials that show what they are by their own form, wherever they stand.

The prefixes are those that the issuers document, as the rule sets of gitleaks and detect-secrets list them (read in November 2026).
"""

import re
from collections.abc import Iterator

_OF_ISSUERS = {
    "ABSK": r"[A-Za-z0-9+/]{80,300}={0,2}",  # AWS Bedrock
    "eyJ": r"[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*",  # JSON web tokens
    "gh": r"[pousr]_[A-Za-z0-9]{16,255}",  # GitHub
    "github_pat_": r"\w{20,255}",
    "gl": r"(?:pat|dt|rt|ptt|cbt|ft|agent|soat)-[\w-]{16,300}",  # GitLab
    "xox": r"[abeoprs]-[A-Za-z0-9-]{8,300}",  # Slack
    "xapp-": r"[A-Za-z0-9-]{8,300}",
    "sk-": r"(?:[a-z]{2,10}-)*[\w-]{16,300}",  # OpenAI, Anthropic
    "whsec_": r"[A-Za-z0-9+/=]{16,255}",
    "AIza": r"[\w-]{30,60}",  # Google
    "ya29.": r"[\w.-]{16,2048}",
    "GOCSPX-": r"[\w-]{16,60}",
    "npm_": r"[A-Za-z0-9]{20,100}",
    "pypi-": r"AgE[\w-]{20,1000}",
    "SG.": r"[\w-]{10,60}\.[\w-]{10,100}",  # SendGrid
    "key-": r"[0-9a-f]{32}",  # Mailgun
    "dop_v1_": r"[0-9a-f]{20,128}",  # DigitalOcean
    "dapi": r"[0-9a-f]{32}(?:-\d)?",  # Databricks
    "dckr_pat_": r"[\w-]{16,100}",
    "hvs.": r"[\w-]{16,400}",  # HashiCorp Vault
    "hf_": r"[A-Za-z0-9]{20,100}",  # Hugging Face
    "lin_api_": r"[A-Za-z0-9]{20,100}",
    "shp": r"(?:at|ca|pa|ss)_[0-9a-fA-F]{20,100}",  # Shopify
    "ATATT": r"3[\w=-]{20,400}",  # Atlassian
    "NRAK-": r"[A-Z0-9]{20,60}",  # New Relic
    "AGE-SECRET-KEY-": r"1[A-Z0-9]{20,100}",
    "dt0": r"[a-z]\d{2}\.[A-Z0-9]{8,40}\.[A-Z0-9]{20,100}",  # Dynatrace
    "secret_": r"[A-Za-z0-9]{40,60}",  # Notion
    "ntn_": r"[A-Za-z0-9]{30,80}",
    "PMAK-": r"[0-9a-f-]{30,100}",  # Postman
    "sq0": r"(?:atp|csp)-[\w-]{20,60}",  # Square
}
"""{how it begins: how it goes on}"""
FORMS: dict[str, re.Pattern[str]] = {
    **{prefix: re.compile(rf"(?<![\w-])(?P<secret>{re.escape(prefix)}{rest})(?![\w-])", re.ASCII) for prefix, rest in _OF_ISSUERS.items()},
    **{prefix: re.compile(rf"\b(?P<secret>{prefix}[A-Z0-9]{{12,124}})\b") for prefix in ("AKIA", "ASIA")},  # AWS: long-lived, temporary
    **{
        kind: re.compile(rf"(?<![\w-])(?P<secret>[prs]k{kind}[A-Za-z0-9]{{10,255}})(?![\w-])", re.ASCII) for kind in ("_live_", "_test_")
    },  # Stripe
    "hooks.slack.com/": re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]{20,300})"),
    "webhook.office.com/": re.compile(r"webhook\.office\.com/webhookb2/(?P<secret>[\w@/-]{20,400})"),
    "/api/webhooks/": re.compile(r"/api/webhooks/(?P<secret>\d{5,30}/[\w-]{20,200})"),  # Discord
}
"""{what a text must hold: the form}. A form begins where a word does, and its length is bounded: the search is linear."""
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_NAMED = re.compile(
    r"\b(?:bearer|token|secret|password|key)[ \t]+(?=[A-Za-z._~+=-]{0,40}+\d)(?=[0-9._~+=-]{0,40}+[A-Za-z])"
    r"(?P<secret>[A-Za-z0-9][A-Za-z0-9._~+=-]{15,2000}+)(?![\w/])",
    re.IGNORECASE,
)
"""Long words of letters and digits behind a name: `token c4f1... has expired`."""
_OF_PEOPLE = re.compile(
    r"\bpass(?:word|wd|phrase)?(?:[ \t]\(\w{1,20}\))?[ \t]?(?::|\||=+>|\u2192|is\b|\t)?[ \t]*"
    r"(?P<secret>(?=[^\s|,]{0,60}[a-z])(?=[^\s|,]{0,60}[A-Z])[A-Za-z]{0,40}\d{1,40}[^\d\s|,;=()]{1,40}\d[^\s|,;=()]{2,99})(?=[\s|,;]|\Z)",
)
"""What is no word: capitals, small letters, and digits in two places, behind a name in prose and in tables."""
_HASHES = re.compile(r"(?<![\w$])(?P<secret>\$(?:2[abxy]|5|6|y|argon2(?:id|i|d))\$[\w./+=,$-]{20,400})")  # of passwords


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where such credentials stand."""
    for hint, form in FORMS.items():
        if hint in text:
            yield from (match.span("secret") for match in form.finditer(text))
    if "$" in text:
        yield from (match.span("secret") for match in _HASHES.finditer(text))
    yield from (match.span("secret") for form in (_NAMED, _OF_PEOPLE) for match in form.finditer(text))
    yield from _private_keys(text)


def _private_keys(text: str) -> Iterator[tuple[int, int]]:
    """Blocks of PEM and PGP; one that does not end goes to the end of the text."""
    at = 0
    while (begins := text.find("-----BEGIN ", at)) >= 0:
        head = _KEY_BEGINS.match(text, begins)
        at = begins + 1
        if head:
            tail = _KEY_ENDS.search(text, head.end())
            at = tail.start() if tail else len(text)
            yield head.end(), at
