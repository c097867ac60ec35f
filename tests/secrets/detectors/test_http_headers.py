"""Credentials in HTTP headers, however the header is written."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import http_headers
from tests.support.secret_places import check_hostile, check_places, detections

FOUND = (
    "Authorization: Basic {basic}",
    "Proxy-Authorization: Basic {basic}",
    "authorization: Bearer {pw}",
    '{"Authorization": "Bearer {pw}"}',
    "headers = {'Authorization': 'Basic {basic}'}",
    "'Authorization' => 'Bearer {pw}',",
    "curl -H 'Authorization: token {pw}' https://x",
    'curl -H "X-Api-Key: {pw}" https://x',
    'req.Header.Set("Authorization", "Bearer {pw}")',
    'headers["Authorization"] = "Bearer {pw}"',
    '"{\\"Authorization\\": \\"Bearer {pw}\\"}"',
    "x-vault-token: {pw}",
    "Ocp-Apim-Subscription-Key: {hex}",
    "PRIVATE-TOKEN: {pw}",
    "{'x-api-key': '{pw}'}",
    'auth = "Bearer {pw}"',
)
SILENT = (
    "Authorization: Bearer <token>",
    "Authorization: Bearer ${TOKEN}",
    "Authorization: Bearer $TOKEN",
    'f"Bearer {token}"',
    '"Authorization": "Bearer " + token',
    '"Authorization": `Bearer ${token}`',
    "Authorization: Bearer YOUR_TOKEN",
    "Authorization: Basic realm",
    "Authorization: Basic QWxhZGRpbg==",
    "the Authorization: Bearer scheme",
    "x-api-key: {{ api_key }}",
    "x-api-key: string",
    "x_forwarded-key-token",
    "'bearer authentication scheme'",
    "tokenUrl: Authorization, Bearer format",
)


@pytest.mark.parametrize("template", FOUND)
def test_credentials_are_found_in_their_places(template: str) -> None:
    check_places(http_headers, template)


@pytest.mark.parametrize("text", SILENT)
def test_references_and_words_are_not(text: str) -> None:
    assert not detections(http_headers, text)


def test_basic_credentials_are_decoded() -> None:
    (found,) = check_places(http_headers, "Authorization: Basic {basic}")
    assert found.user == "admin"


def test_hostile_text_takes_linear_time() -> None:
    check_hostile(
        http_headers,
        ["authorization: bearer a", "authorization", '"bearer ', "x-api-key:", "x-a-", "x-", '-key authorization:\\"' + " " * 8],
    )
