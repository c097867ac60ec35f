"""Knows AWS's partitions by the names of their regions, and the region that an ARN names; asks nobody.

https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

from __future__ import annotations

import re

__all__ = ["dns_suffix_for_region", "partition_for_region", "region_from_arn"]

COMMERCIAL = ("aws", "amazonaws.com")
PARTITIONS = {  # what a region's name starts with -> its partition, and where its services are
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
    return next((told for start, told in PARTITIONS.items() if region.startswith(start)), COMMERCIAL)


def partition_for_region(region: str) -> str:
    """The partition of a region, as ARNs have it: ``aws``, ``aws-us-gov``, ``aws-cn``."""
    return _lookup(region)[0]


def dns_suffix_for_region(region: str) -> str:
    """What the names of a region's services end with."""
    return _lookup(region)[1]


def region_from_arn(arn: str) -> str:
    """The region that an ARN names; empty where it names none, or where this is no ARN."""
    match = _ARN.fullmatch(arn)
    return match["region"] if match else ""
