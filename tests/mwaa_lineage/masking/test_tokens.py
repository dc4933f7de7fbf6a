"""Tokens that show what they are by their own form. They are put together here, so that no scanner of repositories takes one for real."""

import pytest

from mwaa_lineage.masking.texts import mask, secrets_in

BODY, HEX = "c4n4ryAbCdEf0123456789c4n4ry" * 2, "c4a4de0123456789abcdef0123456789"
PARTS: dict[str, tuple[str, str]] = {
    "AWS key id": ("AK", "IAIOSFODNN7EXAMPLE"),
    "AWS temporary key id": ("AS", "IAIOSFODNN7EXAMPLE"),
    "JSON web token": ("ey", f"JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{BODY}"),
    **{f"GitHub {letter}": (f"gh{letter}", f"_{BODY[:36]}") for letter in "pousr"},
    "GitHub, fine-grained": ("github_", f"pat_{BODY}"),
    "GitLab": ("glp", f"at-{BODY[:20]}"),
    "GitLab runner": ("glr", f"t-{BODY[:20]}"),
    **{f"Slack {letter}": (f"xox{letter}", f"-123456789012-{BODY[:24]}") for letter in "abprs"},
    "Slack app": ("xap", f"p-1-A0-{BODY}"),
    "Slack web hook": ("https://hooks.slack", f".com/services/T0/B0/{BODY}"),
    "OpenAI": ("sk", f"-proj-{BODY}"),
    "Anthropic": ("sk", f"-ant-api03-{BODY}"),
    "Stripe": ("sk", f"_live_{BODY[:24]}"),
    "Stripe, restricted": ("rk", f"_live_{BODY[:24]}"),
    "Google": ("AI", f"za{BODY[:35]}"),
    "Google OAuth": ("ya", f"29.{BODY}"),
    "npm": ("np", f"m_{BODY[:36]}"),
    "PyPI": ("py", f"pi-AgEIcHlwaS5vcmc{BODY}"),
    "SendGrid": ("S", f"G.{BODY[:22]}.{BODY[:43]}"),
    "DigitalOcean": ("dop", f"_v1_{HEX}{HEX}"),
    "Databricks": ("da", f"pi{HEX}"),
    "Docker": ("dckr", f"_pat_{BODY[:27]}"),
    "Vault": ("hv", f"s.{BODY}"),
    "Hugging Face": ("h", f"f_{BODY[:34]}"),
    "Shopify": ("shp", f"at_{HEX}"),
    "Atlassian": ("ATA", f"TT3{BODY}"),
    "a hash of bcrypt": ("$2", f"b$12${BODY[:53]}"),
    "a hash of sha512": ("$6", f"$salt${BODY}"),
}
AROUND = ("{}", "got {}, went on", "['{}']", '{{"text": "{}"}}', "x={}", "at ({})", "https://h.test/?q={}&a=1", "line one\n{}\nline three")


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_a_token_is_hidden_wherever_it_stands(parts: tuple[str, str]) -> None:
    token = "".join(parts)
    for around in AROUND:
        text = around.format(token)
        assert token[-12:] not in mask(text), text
        assert token[-12:] in "".join(secrets_in(text)), text


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", ""])
def test_a_private_key_is_hidden(kind: str) -> None:
    block = f"-----BEGIN {kind}PRIVATE " + f"KEY-----\n{BODY}\n{BODY}\n-----END {kind}PRIVATE KEY-----"
    assert "c4n4ry" not in mask(f"the key:\n{block}\nand more")
    assert mask(f"the key:\n{block}\nand more").endswith("and more")
    assert "c4n4ry" not in mask(block[:60])
    assert "c4n4ry" not in mask(repr(block))
