"""The bundled advisories contain facts only, in order, and are labelled as bundled."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from scangate.advisories.bundled import BundledAdvisories
from scangate.advisories.osv import Interval, affects
from scangate.advisories.severity import score_vector
from scangate.assets import folder
from scangate.model import BUNDLED_ADVISORIES
from tests.support.bundled_advisories import format_entry

FILE = folder("policies") / "advisories" / "bundled.json"
ENTRIES = json.loads(FILE.read_text("utf-8"))["advisories"]
NAMES = sorted({entry["package"] for entry in ENTRIES})


@pytest.fixture(scope="module")
def bundled() -> BundledAdvisories:
    """The set that comes with the package."""
    return BundledAdvisories.bundled()


def test_the_number_of_bundled_advisories_is_bounded(bundled: BundledAdvisories) -> None:
    assert sum(len(bundled.query(name)) for name in NAMES) == len(ENTRIES)
    assert 140 <= len(ENTRIES) <= 180
    assert len(NAMES) > 60
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", bundled.until)


def test_each_entry_is_one_line_in_order() -> None:
    lines = FILE.read_text("utf-8").splitlines()
    assert [json.loads(line.rstrip(",")) for line in lines[1:-1]] == ENTRIES
    keys = [(entry["package"], entry["published"]) for entry in ENTRIES]
    assert keys == sorted(keys)
    assert len({entry["ids"][0] for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["ids"][0])
def test_an_entry_contains_facts_only(entry: dict[str, object]) -> None:
    assert entry.keys() <= {"package", "ids", "affected", "cvss", "published", "modified"}
    assert entry["package"] == canonicalize_name(str(entry["package"]))
    words = json.dumps([entry["ids"], entry["affected"], entry.get("cvss", []), entry["published"], entry["modified"]])
    assert " " not in words.replace(", ", "")
    assert "http" not in words
    assert any(name.startswith("CVE-") for name in json.loads(words)[0])
    assert all(score_vector(vector) for vector in json.loads(words)[2])


def test_writing_and_reading_round_trips(bundled: BundledAdvisories) -> None:
    again = [json.loads(format_entry(name, record)) for name in NAMES for record in bundled.query(name)]
    assert again == ENTRIES


def test_the_demonstration_has_findings(bundled: BundledAdvisories) -> None:
    pins = (Path(__file__).parents[1] / "weak_app" / "requirements.txt").read_text().split()
    assert "django==1.11.1" in pins
    found = bundled.find_advisories("Django", "1.11.1")
    assert len(found) > 10
    assert {advisory.source for advisory in found} == {BUNDLED_ADVISORIES}
    assert all(advisory.ids[0].startswith("CVE-") and advisory.url and not advisory.summary for advisory in found)
    newer = bundled.find_upgrade("django", "1.11.1")
    assert bundled.find_advisories("django", newer) == ()
    assert Version(newer) > Version("1.11.1")


def test_an_unknown_package_has_no_advisories(bundled: BundledAdvisories) -> None:
    assert bundled.find_advisories("no-such-package", "1.0") == ()
    assert bundled.query("no-such-package") == ()
    assert bundled.find_upgrade("no-such-package", "1.0") == ""


@pytest.mark.parametrize(
    ("text", "interval"),
    [("*", Interval()), ("<2", Interval("", "2")), (">=1,<=2", Interval("1", "2", True)), (">=1!1", Interval("1!1"))],
)
def test_interval_notation(tmp_path: Path, text: str, interval: Interval) -> None:
    entry = {"package": "p", "ids": ["A-1"], "affected": [text], "published": "2025-01-01", "modified": "2025-01-01"}
    file = tmp_path / "set.json"
    file.write_text(json.dumps({"version": 1, "about": "", "until": "2025-01-01", "advisories": [entry]}))
    (record,) = BundledAdvisories.load(file).query("p")
    assert record.intervals == (interval,)
    assert affects(record, Version("1!1")) == (not interval.end)


def test_an_invalid_interval_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    file.write_text(FILE.read_text().replace('["<', '["~', 1))
    with pytest.raises(ValueError, match="not an interval"):
        BundledAdvisories.load(file)
