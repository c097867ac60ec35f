"""The AWS partition of a region.

https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

from __future__ import annotations

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


def lookup_partition(region: str) -> tuple[str, str]:
    """Return the partition's name as in ARNs (``aws``, ``aws-us-gov``), and the DNS suffix of its services."""
    return next((entry for prefix, entry in PARTITIONS.items() if region.startswith(prefix)), COMMERCIAL)
