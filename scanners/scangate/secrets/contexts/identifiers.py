"""Recognizes values that name something: an address, an account, a resource."""

from __future__ import annotations

from scangate.secrets.detection import Detection
from scangate.secrets.text import ScannedText

PUBLIC_ADDRESS = "public-ip-ipv4"


def is_address(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is an IP address."""
    del text
    return detection.rule == PUBLIC_ADDRESS
