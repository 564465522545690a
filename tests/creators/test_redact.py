"""No secret leaves in a message, a log or a kept answer."""

from __future__ import annotations

import pytest

from earstead.creators.redact import blot, plain_url, unsigned

SECRET = "AQDx7-hidden-value-0123456789"


@pytest.mark.parametrize(
    "text",
    [
        f"cookie: sp_dc={SECRET}; sp_key={SECRET}",
        f'{{"access_token":"{SECRET}"}}',
        f'response: {{ code: "{SECRET}", state: "{SECRET}" }}',
        f"Authorization: Bearer {SECRET}",
        f"https://storage.example/parts/1?X-Goog-Signature={SECRET}&x=1",
        f"https://bucket.example/a.mp3?AWSAccessKeyId=1&Signature={SECRET}",
        f"anchorpw_s={SECRET}",
        f"mail to {SECRET}@studio.example",
    ],
)
def test_secrets_are_blotted_out(text: str) -> None:
    """Cookies, bearers, codes, signatures and e-mail addresses do not survive."""
    assert SECRET not in blot(text)


def test_signed_addresses_lose_their_query_and_nothing_else_changes() -> None:
    """The path stays, as do addresses that are not signed."""
    body = b'{"a":"https://s.example/x.mp3?X-Amz-Signature=abc&y=1","b":"https://open.example/?si=1"}'
    assert unsigned(body) == b'{"a":"https://s.example/x.mp3","b":"https://open.example/?si=1"}'
    assert plain_url("https://s.example/x?y=1") == "https://s.example/x"
