"""Credentials that show what they are by their own form, wherever they stand.

The prefixes are those that the issuers document, as the rule sets of gitleaks and detect-secrets list them (read in November 2026).
"""

import re
from collections.abc import Iterator

_START, _END = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"


def _form(expression: str) -> re.Pattern[str]:
    return re.compile(rf"{_START}(?P<secret>{expression}){_END}")


FORMS: dict[str, re.Pattern[str]] = {
    "AKIA": re.compile(r"\b(?P<secret>AKIA[A-Z0-9]{12,124})\b"),  # AWS: long-lived keys
    "ASIA": re.compile(r"\b(?P<secret>ASIA[A-Z0-9]{12,124})\b"),  # AWS: temporary ones
    "ABSK": _form(r"ABSK[A-Za-z0-9+/]{80,300}={0,2}"),  # AWS Bedrock
    "eyJ": _form(r"eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*"),  # JSON web tokens
    "gh": _form(r"gh[pousr]_[A-Za-z0-9]{16,255}"),  # GitHub
    "github_pat_": _form(r"github_pat_\w{20,255}"),
    "glpat-": _form(r"gl(?:pat|dt|rt|ptt|cbt|ft|agent|soat)-[\w-]{16,300}"),  # GitLab
    "glrt-": _form(r"gl(?:dt|rt|ptt|cbt)-[\w-]{16,300}"),
    "xox": _form(r"xox[abeoprs]-[A-Za-z0-9-]{8,300}"),  # Slack
    "xapp-": _form(r"xapp-[A-Za-z0-9-]{8,300}"),
    "hooks.slack.com/": re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]{20,300})"),
    "webhook.office.com/": re.compile(r"webhook\.office\.com/webhookb2/(?P<secret>[\w@/-]{20,400})"),
    "/api/webhooks/": re.compile(r"/api/webhooks/(?P<secret>\d{5,30}/[\w-]{20,200})"),  # Discord
    "sk-": _form(r"sk-(?:[a-z]{2,10}-)*[\w-]{16,300}"),  # OpenAI, Anthropic
    "_live_": _form(r"[prs]k_live_[A-Za-z0-9]{10,255}"),  # Stripe
    "_test_": _form(r"[prs]k_test_[A-Za-z0-9]{10,255}"),
    "whsec_": _form(r"whsec_[A-Za-z0-9+/=]{16,255}"),
    "AIza": _form(r"AIza[\w-]{30,60}"),  # Google
    "ya29.": _form(r"ya29\.[\w.-]{16,2048}"),
    "GOCSPX-": _form(r"GOCSPX-[\w-]{16,60}"),
    "npm_": _form(r"npm_[A-Za-z0-9]{20,100}"),
    "pypi-": _form(r"pypi-AgE[\w-]{20,1000}"),
    "SG.": _form(r"SG\.[\w-]{10,60}\.[\w-]{10,100}"),  # SendGrid
    "key-": _form(r"key-[0-9a-f]{32}"),  # Mailgun
    "dop_v1_": _form(r"dop_v1_[0-9a-f]{20,128}"),  # DigitalOcean
    "dapi": _form(r"dapi[0-9a-f]{32}(?:-\d)?"),  # Databricks
    "dckr_pat_": _form(r"dckr_pat_[\w-]{16,100}"),
    "hvs.": _form(r"hvs\.[\w-]{16,400}"),  # HashiCorp Vault
    "hf_": _form(r"hf_[A-Za-z0-9]{20,100}"),  # Hugging Face
    "lin_api_": _form(r"lin_api_[A-Za-z0-9]{20,100}"),
    "shpat_": _form(r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{20,100}"),  # Shopify
    "ATATT": _form(r"ATATT3[\w=-]{20,400}"),  # Atlassian
    "NRAK-": _form(r"NRAK-[A-Z0-9]{20,60}"),  # New Relic
    "AGE-SECRET-KEY-": _form(r"AGE-SECRET-KEY-1[A-Z0-9]{20,100}"),
    "dt0": _form(r"dt0[a-z]\d{2}\.[A-Z0-9]{8,40}\.[A-Z0-9]{20,100}"),  # Dynatrace
    "secret_": _form(r"secret_[A-Za-z0-9]{40,60}"),  # Notion
    "ntn_": _form(r"ntn_[A-Za-z0-9]{30,80}"),
    "PMAK-": _form(r"PMAK-[0-9a-f-]{30,100}"),  # Postman
    "sq0": _form(r"sq0(?:atp|csp)-[\w-]{20,60}"),  # Square
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
_HASHES = re.compile(r"(?<![\w$])(?P<secret>\$(?:2[abxy]|5|6|y|argon2(?:id|i|d))\$[\w./+=,$-]{20,400})")  # of passwords


def tokens(text: str) -> Iterator[tuple[int, int]]:
    """Where such credentials stand."""
    for hint, form in FORMS.items():
        if hint in text:
            yield from (match.span("secret") for match in form.finditer(text))
    if "$" in text:
        yield from (match.span("secret") for match in _HASHES.finditer(text))
    yield from (match.span("secret") for match in _NAMED.finditer(text))
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
