"""What we suppress is what each tool itself hides: each runs with its suppressions on and off over a corpus of comments."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from scangate.model import ScanResult
from scangate.tools import suppression_comments
from scangate.tools.built_in import BUILT_IN
from tests.support import tool_suppressions
from tests.support.fake_secrets import fake_secret
from tests.support.scan_harness import ScanHarness, write_files
from tests.support.suppression_comments import SEMGREP_RULES, bandit_corpus, secrets_corpus, semgrep_corpus
from tests.support.tool_suppressions import FindingCounts


def split(result: ScanResult) -> tuple[FindingCounts, FindingCounts]:
    """Our findings as (all, suppressed); the rule without the scanner's name."""
    seen: FindingCounts = Counter()
    waived: FindingCounts = Counter()
    for finding in result.findings:
        key = (finding.rule.partition(":")[2], finding.location.path, finding.location.line)
        seen[key] += 1
        waived[key] += bool(finding.tool_comment)
    return seen, +waived


@pytest.mark.smoke
def test_nosec_suppresses_what_bandit_suppresses(tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    result = bench.result(BUILT_IN["bandit"], bandit_corpus())
    everything = tool_suppressions.run_bandit(bench.root, "--ignore-nosec")
    hidden = everything - tool_suppressions.run_bandit(bench.root)
    assert not result.gaps
    seen, waived = split(result)
    assert seen == everything
    assert waived == hidden
    assert len(hidden) > 40
    assert len(everything - hidden) > 40


@pytest.mark.nightly
def test_nosemgrep_suppresses_what_semgrep_suppresses(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(SEMGREP_RULES)
    corpus = write_files(tmp_path / "corpus", semgrep_corpus())
    everything = tool_suppressions.run_semgrep(corpus, "--disable-nosem", rules=rules)
    hidden = everything - tool_suppressions.run_semgrep(corpus, rules=rules)
    waived: FindingCounts = Counter()
    call, sources = ScanHarness(tmp_path / "bench").sources(semgrep_corpus())
    del call
    lines = {source.path: source.lines for source in sources}
    for key, count in everything.items():
        waived[key] += count * bool(suppression_comments.find_nosemgrep(lines[key[1]], key[2], key[0]))
    assert +waived == hidden
    assert len(hidden) > 40
    assert len(everything - hidden) > 30


def test_pragma_suppresses_what_detect_secrets_suppresses(tmp_path: Path) -> None:
    bench = ScanHarness(tmp_path)
    result = bench.result(BUILT_IN["detect-secrets"], secrets_corpus())
    off = ("--disable-filter", "detect_secrets.filters.allowlist.is_line_allowlisted")
    everything, shown = tool_suppressions.run_detect_secrets(bench.root, *off), tool_suppressions.run_detect_secrets(bench.root)
    seen: dict[tuple[str, str, int], bool] = {}
    for finding in result.findings:
        key = (finding.rule.removeprefix("detect-secrets:"), finding.location.path, finding.location.line)
        seen[key] = seen.get(key, True) and bool(finding.tool_comment)
    assert set(seen) >= set(everything) | set(shown)
    assert {key for key, waived in seen.items() if waived} & set(everything) == set(everything) - set(shown)
    assert not {key for key in shown if seen[key]}
    assert len(set(everything) - set(shown)) > 40


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.py", 'password = "{}"  # {}'),
        ("a.yaml", "password: {} # {}"),
        ("a.js", 'const password = "{}"; // {}'),
        ("a.ini", "[a]\npassword = {} # {}"),
        ("Dockerfile", "ENV PASSWORD={} # {}"),
    ],
)
def test_our_own_ignore_comment_hides_no_secret(tmp_path: Path, name: str, line: str) -> None:
    """detect-secrets ignores `name: word[...]`: neither our brackets nor the reason may have that effect."""
    value = fake_secret("ours")
    for number, waiver in enumerate(
        ("", "scangate: ignore[detect-secrets:*] -- a dummy", "scangate: ignore[x:y] -- see: docs(secrets)")
    ):
        result = ScanHarness(tmp_path / str(number)).result(BUILT_IN["detect-secrets"], {name: line.format(value, waiver) + "\n"})
        assert [finding.location.path for finding in result.findings] == [name], waiver
        assert bool(result.findings[0].ignore_comments) is bool(waiver)
        assert value not in repr(result)
