"""AWS partitions by region: partition name, DNS suffix, and the region of an ARN.

https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

from __future__ import annotations

import re

COMMERCIAL = ("aws", "amazonaws.com")
PARTITIONS = {  # prefix of the region -> partition, DNS suffix
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
    "eu-isoe-": ("aws-iso-e", "cloud.adc-e.uk"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "us-iso-": ("aws-iso", "c2s.ic.gov"),
    "us-isob-": ("aws-iso-b", "sc2s.sgov.gov"),
    "us-isof-": ("aws-iso-f", "csp.hci.ic.gov"),
}
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:(?P<region>[a-z0-9-]+):.+")


def _lookup(region: str) -> tuple[str, str]:
    return next((entry for prefix, entry in PARTITIONS.items() if region.startswith(prefix)), COMMERCIAL)


def partition_for_region(region: str) -> str:
    """Return the partition as in ARNs: ``aws``, ``aws-us-gov``, ``aws-cn``."""
    return _lookup(region)[0]


def dns_suffix_for_region(region: str) -> str:
    """Return the DNS suffix of a region's services."""
    return _lookup(region)[1]


def region_from_arn(arn: str) -> str:
    """Return the region of an ARN; empty if it has none, or if this is not an ARN."""
    match = _ARN.fullmatch(arn)
    return match["region"] if match else ""
