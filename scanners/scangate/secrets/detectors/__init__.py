"""The detectors: each module is about one subject and has ``RULES`` and ``find``."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Protocol, cast

from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText

MODULES: tuple[str, ...] = (
    "urls",
    "connection_strings",
    "http_headers",
    "command_lines",
    "netrc",
    "pgpass",
    "package_registries",
    "password_hashes",
    "container_logins",
    "kubernetes",
    "named_values",
    "login_settings",
    "xml_settings",
    "sql_statements",
    "framework_settings",
    "client_files",
    "private_keys",
    "terraform",
    "ansible",
    "assignments",
    "tokens",
)


class Detector(Protocol):
    """``RULES``: the title of each rule id that it reports. ``find`` reports the secrets in a text, in linear time;
    it looks first for a word that all of them need."""

    RULES: Mapping[str, str]

    def find(self, text: ScannedText) -> Iterator[Detection]:
        """The secrets in ``text``; they may overlap."""


DETECTORS: tuple[Detector, ...] = tuple(cast("Detector", importlib.import_module(f"{__name__}.{module}")) for module in MODULES)
TITLES: Mapping[str, str] = {rule: title for detector in DETECTORS for rule, title in detector.RULES.items()}


def find_secrets(text: ScannedText) -> Iterator[Detection]:
    """What all detectors find in ``text``."""
    for detector in DETECTORS:
        yield from detector.find(text)
