"""Evaluates the results of an earlier scan under another policy, without scanning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from scangate.app.events import Events
from scangate.app.image_scan import fetch_image_findings, read_sbom_scan
from scangate.app.policy_inputs import load_policy_inputs
from scangate.app.report_files import list_report_targets, prepare, write_reports
from scangate.app.requests import ReevaluationRequest, ScanRequest
from scangate.app.scan_setup import digest_bundled_rules
from scangate.app.session import open_session
from scangate.app.user_rules import combine_digests
from scangate.app.verdict_file import read_verdict_text, refuse_scoped
from scangate.judge.codeowners import list_path_owners
from scangate.judge.evaluation import evaluate
from scangate.judge.policy import Policy
from scangate.judge.scan_scope import find_scope_gaps, policy_for
from scangate.model import COVERAGE, EXIT_CODES, Gap, GapKind, NoteKind, Report
from scangate.report.schema import parse_report
from scangate.scan.report_redaction import redact_report
from scangate.scan.text_redactor import TextRedactor
from scangate.timestamps import today


def reevaluate(request: ReevaluationRequest, events: Events | None = None) -> Report:
    """The report under the policy of ``request``; INCOMPLETE where that policy would have scanned more.

    The policy and CODEOWNERS are those of the current directory. Raises UsageError and PolicyError.
    """
    earlier = parse_report(read_verdict_text(request.verdict))
    refuse_scoped(earlier)
    targets = list_report_targets(request.reports, request.output_dir)
    policy_request = ScanRequest(
        policy=request.policy, environment=request.environment, floor=request.floor, trust_policy=True, ignore_baseline=True
    )
    with open_session(Path()) as session:
        inputs = load_policy_inputs(policy_request, session)
        more = []
        if request.image is not None:
            more.append(fetch_image_findings(request.image, request.image_region, request.image_wait, session))
        if request.sbom_scan is not None:
            more.append(read_sbom_scan(request.sbom_scan, session))
        replaced = {result.scanner for result in more}
        results = (*(result for result in earlier.results if result.scanner not in replaced), *more)
        policy = policy_for(inputs.policy, earlier.targets.source, results)
        rules = combine_digests(digest_bundled_rules(), inputs.user_rules)
        notes = tuple(dict.fromkeys((*earlier.targets.notes, *inputs.notes)))
        scanned = msgspec.structs.replace(earlier.targets, notes=notes)
        verdict = evaluate(
            results,
            scanned,
            policy,
            today(),
            forced_gaps=(
                *inputs.forced_gaps,
                *_scope_gaps(earlier, policy, rules),
            ),
            owners=inputs.owners,
            known_sources=earlier.known_sources,
            coverage=earlier.coverage or (),
        )
        changes = (note for note in (*earlier.verdict.notes, *inputs.changes) if note.kind is NoteKind.POLICY_CHANGED)
        verdict = msgspec.structs.replace(verdict, notes=(*verdict.notes, *dict.fromkeys(changes)))
        report = msgspec.structs.replace(
            earlier,
            verdict=verdict,
            results=results,
            targets=scanned,
            policy_provenance=inputs.provenance,
            code_owners=list_path_owners(inputs.owners, (ruling.finding.location.path for ruling in verdict.rulings)),
            exit_code=EXIT_CODES[verdict.outcome],
            needs_approval=False,  # that was left to an approval by the scan's --review, under the scan's policy
        )
        report = redact_report(report, TextRedactor())  # what the policy says; the values of the scan's secrets are gone
        prepare(targets, request.output_dir, session)
        return write_reports(report, targets, events or Events())


def _scope_gaps(earlier: Report, policy: Policy, rules: Mapping[str, str]) -> Iterator[Gap]:
    """What the scan of ``earlier`` left out that ``policy`` requires, and a gap if it did not record its coverage."""
    yield from find_scope_gaps(earlier.scope, policy, rules, earlier.results)
    if earlier.coverage is None:
        hint = f"scan again: scangate scan --policy {policy.name}"
        yield Gap(COVERAGE, None, GapKind.NOT_ANALYZED, "the verdict does not say which content types were analyzed", hint=hint)
