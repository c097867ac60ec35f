"""Regions and partitions are those of botocore's own tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import botocore
import pytest

from scangate.publish.aws_partition import dns_suffix_for_region, partition_for_region, region_from_arn

TABLE = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text("utf-8"))["partitions"]


@pytest.mark.parametrize("partition", TABLE, ids=lambda partition: str(partition["id"]))
def test_regions_have_partitions_and_dns_suffixes(partition: dict[str, object]) -> None:
    regions = [region for region in partition["regions"] if re.search(r"-\d$", region)]  # type: ignore[attr-defined]
    assert regions
    for region in regions:
        assert (partition_for_region(region), dns_suffix_for_region(region)) == (partition["id"], partition["outputs"]["dnsSuffix"])  # type: ignore[index]


def test_the_region_of_an_arn() -> None:
    assert region_from_arn("arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/gate") == "us-gov-west-1"
    assert [region_from_arn(name) for name in ("alias/gate", "arn:aws:iam::123456789012:role/x", "")] == ["", "", ""]
