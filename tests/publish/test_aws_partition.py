"""Regions and partitions are those of botocore's own tables."""

from __future__ import annotations

import json
import re
from pathlib import Path

import botocore
import pytest

from scangate.publish.aws_partition import lookup_partition

TABLE = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text("utf-8"))["partitions"]


@pytest.mark.parametrize("partition", TABLE, ids=lambda partition: str(partition["id"]))
def test_regions_have_partitions_and_dns_suffixes(partition: dict[str, object]) -> None:
    regions = [region for region in partition["regions"] if re.search(r"-\d$", region)]  # type: ignore[attr-defined]
    assert regions
    for region in regions:
        assert lookup_partition(region) == (partition["id"], partition["outputs"]["dnsSuffix"])  # type: ignore[index]
