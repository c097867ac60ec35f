"""A pull request is judged by its target branch, on every CI system; where the clone lacks that branch, no policy judges."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scangate.app.policies import read_policy
from scangate.app.policy_inputs import PolicyInputs, load_policy_inputs
from scangate.app.requests import ScanRequest
from scangate.app.scanning import scan
from scangate.app.session import open_session
from scangate.ci import SYSTEMS, find_pull_request
from scangate.errors import PolicyError, UsageError
from scangate.judge.baseline import Baseline, render_baseline
from scangate.judge.finding_matching import KnownFinding
from scangate.judge.policy import NewSuppressions
from scangate.model import Basis, NoteKind, Outcome, PolicyOrigin, Report, RulingOutcome, Severity
from scangate.report import FORMATS
from scangate.report.schema import parse_report
from tests.support.sample_trees import NOT_ANALYZED, WEAK_SOURCE, create_repository, run_git, write_files

COVERAGE = f"coverage: {{required: [bandit], allowed-gaps: [{NOT_ANALYZED}]}}\n"
HEAD = f"version: 1\nscanners: {{bandit: {{enabled: true}}}}\nunknown: high\n{COVERAGE}"
STRICT = HEAD + "budgets: {critical: 0, high: 0, medium: 3, low: unlimited}\n"
LOOSE = HEAD + "budgets: {critical: unlimited, high: unlimited, medium: unlimited, low: unlimited}\n"
EXCEPTION = "exceptions: [{rule: 'bandit:*', reason: r, owner: o, expires: 2026-12-31}]\n"
FORGED = render_baseline(Baseline(b"0" * 16, (KnownFinding("app.py", "bandit:B602", "0" * 32),)))
EVENT = {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}

# The documented variables of a pull request from `topic` into `main`.
IN_EVERY_RUN = {"CodeBuild"}
"""Builds that every change is tested with; the others differ only in how the target is recognized, and are tested at night."""
BUILDS: dict[str, dict[str, str]] = {
    "CodeBuild": {**EVENT, "CODEBUILD_WEBHOOK_TRIGGER": "pr/7", "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/topic"},
    "CodeBuild runner": {"CODEBUILD_WEBHOOK_EVENT": "WORKFLOW_JOB_QUEUED", "SCANGATE_TARGET": "main"},
    "CodeBuild runner of GitHub": {
        "CODEBUILD_WEBHOOK_EVENT": "WORKFLOW_JOB_QUEUED",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_BASE_REF": "main",
        "GITHUB_REF": "refs/pull/7/merge",
    },
    "CodeBuild runner of GitLab": {
        "CODEBUILD_WEBHOOK_EVENT": "WORKFLOW_JOB_QUEUED",
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    },
    "GitHub Actions": {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_BASE_REF": "main",
        "GITHUB_HEAD_REF": "topic",
        "GITHUB_REF": "refs/pull/7/merge",
    },
    "GitHub Actions, merge queue": {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "merge_group",
        "GITHUB_BASE_REF": "",
        "GITHUB_REF": "refs/heads/gh-readonly-queue/main/pr-7-0a1b2c",
    },
    "GitLab CI": {
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_PROJECT_ID": "1",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    },
    "Bitbucket Pipelines": {"BITBUCKET_PR_ID": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_BRANCH": "topic"},
    "Azure Pipelines": {
        "BUILD_REASON": "PullRequest",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "7",
        "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
    },
    "Jenkins": {"CHANGE_ID": "7", "CHANGE_TARGET": "main", "BRANCH_NAME": "PR-7"},
    "Buildkite": {"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"},
    "Travis CI": {"TRAVIS_PULL_REQUEST": "7", "TRAVIS_BRANCH": "main"},
    "Drone": {"DRONE_BUILD_EVENT": "pull_request", "DRONE_TARGET_BRANCH": "main"},
    "Woodpecker": {"CI_PIPELINE_EVENT": "pull_request", "CI_COMMIT_TARGET_BRANCH": "main"},
    "AppVeyor": {"APPVEYOR_PULL_REQUEST_NUMBER": "7", "APPVEYOR_REPO_BRANCH": "main"},
    "Amplify": {"AWS_PULL_REQUEST_ID": "7", "AWS_PULL_REQUEST_DESTINATION_BRANCH": "main"},
    "Bamboo": {"bamboo_repository_pr_key": "7", "bamboo_repository_pr_targetBranch": "main"},
    "Bitrise": {"BITRISE_PULL_REQUEST": "7", "BITRISEIO_GIT_BRANCH_DEST": "main"},
    "Buddy": {"BUDDY_RUN_PR_NO": "7", "BUDDY_RUN_PR_BASE_BRANCH": "main"},
    "Cirrus": {"CIRRUS_PR": "7", "CIRRUS_BASE_BRANCH": "main", "CIRRUS_BRANCH": "pull/7"},
    "Codefresh": {"CF_PULL_REQUEST_NUMBER": "7", "CF_PULL_REQUEST_TARGET": "main"},
    "Codemagic": {"CM_PULL_REQUEST": "true", "CM_PULL_REQUEST_DEST": "main"},
    "Gerrit": {"GERRIT_CHANGE_NUMBER": "7", "GERRIT_BRANCH": "main"},
    "Prow": {"JOB_TYPE": "presubmit", "PULL_NUMBER": "7", "PULL_BASE_REF": "main"},
    "Screwdriver": {"SD_PULL_REQUEST": "7", "PR_BASE_BRANCH_NAME": "main"},
    "Semaphore": {"SEMAPHORE_GIT_REF_TYPE": "pull-request", "SEMAPHORE_GIT_PR_NUMBER": "7", "SEMAPHORE_GIT_BRANCH": "main"},
    "TeamCity": {"TEAMCITY_VERSION": "2024.12"},
    "Vela": {"VELA_BUILD_EVENT": "pull_request", "VELA_PULL_REQUEST": "7", "VELA_PULL_REQUEST_TARGET": "main"},
    "Xcode Cloud": {"CI_PULL_REQUEST_NUMBER": "7", "CI_PULL_REQUEST_TARGET_BRANCH": "main"},
    "CircleCI": {"CIRCLECI": "true", "CIRCLE_BRANCH": "topic", "CIRCLE_PULL_REQUEST": "https://github.com/acme/shop/pull/7"},
    "CircleCI without the variable": {"CIRCLECI": "true", "CIRCLE_BRANCH": "topic"},
}


def _loosen(tree: Path) -> None:
    write_files(tree, {"scangate.yaml": LOOSE})


def _forge_baseline(tree: Path) -> None:
    write_files(tree, {".scangate-baseline.json": FORGED})


def _add_exception(tree: Path) -> None:
    write_files(tree, {"scangate.yaml": STRICT + EXCEPTION})


def _delete(tree: Path) -> None:
    (tree / "scangate.yaml").unlink()


def _move_to_pyproject(tree: Path) -> None:
    _delete(tree)
    write_files(tree, {"pyproject.toml": "[tool.scangate]\nversion = 1\nextends = 'baseline'\nbudgets = {high = 'unlimited'}\n"})


def _link(tree: Path) -> None:
    _delete(tree)
    write_files(tree, {"other.yaml": LOOSE})
    (tree / "scangate.yaml").symlink_to("other.yaml")


def _link_outside(tree: Path) -> None:
    _delete(tree)
    write_files(tree.parent, {"outside.yaml": LOOSE})
    (tree / "scangate.yaml").symlink_to("../outside.yaml")


def _replace_by_folder(tree: Path) -> None:
    _delete(tree)
    write_files(tree, {"scangate.yaml/loose.yaml": LOOSE})


ATTACKS: tuple[Callable[[Path], None], ...] = (
    *(_loosen, _forge_baseline, _add_exception, _delete, _move_to_pyproject, _link, _link_outside, _replace_by_folder),
)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """main has weak code and a strict policy; topic changes something else."""
    tree = create_repository(tmp_path_factory.mktemp("origin") / "tree", {"app.py": WEAK_SOURCE, "scangate.yaml": STRICT})
    run_git(tree, "config", "uploadpack.allowFilter", "true")
    run_git(tree, "switch", "--quiet", "--create", "topic")
    write_files(tree, {"other.py": "x = 1\n"})
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "topic")
    run_git(tree, "switch", "--quiet", "main")
    return tree


def clone(origin: Path, folder: Path, *arguments: str) -> Path:
    """A clone of topic, as a CI system makes it."""
    run_git(folder, "clone", "--quiet", "--branch", "topic", *arguments, f"file://{origin}", "clone")
    return folder / "clone"


def load(
    tree: Path, monkeypatch: pytest.MonkeyPatch, build: dict[str, str], policy: str | None = None, since: str | None = None
) -> PolicyInputs:
    """What a scan of ``tree`` in a build is judged by."""
    for name, value in build.items():
        monkeypatch.setenv(name, value)
    with open_session(tree) as session:
        return load_policy_inputs(ScanRequest(root=tree, policy=policy, since=since), session)


def test_every_system_has_a_build_here() -> None:
    described = {request.system for build in BUILDS.values() if (request := find_pull_request(build)) is not None}
    assert described == {system.name for system in SYSTEMS}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in IN_EVERY_RUN else [pytest.mark.nightly]) for name in BUILDS]
)
def test_no_change_of_the_policy_files_counts_before_the_merge(
    name: str, origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = clone(origin, tmp_path)
    main = run_git(origin, "rev-parse", "main")
    strict = load(tree, monkeypatch, BUILDS[name])
    assert strict.policy.budget.limit(Severity.HIGH) == 0
    assert (strict.notes, strict.changes) == ((), ())
    for attack in ATTACKS:
        attack(tree)
        inputs = load(tree, monkeypatch, BUILDS[name])
        assert inputs.policy.digest == strict.policy.digest, attack
        assert inputs.baseline.entries == ()
        assert (inputs.provenance.origin, inputs.provenance.revision) == (PolicyOrigin.REVISION, "origin/main")
        assert inputs.provenance.commit == inputs.base.commit == main
        assert (inputs.base.compared, inputs.forced_gaps) == (False, ())
        changed = 2 if attack is _move_to_pyproject else 1  # it adds a policy, and removes the other
        assert len(inputs.changes) == changed, attack
        run_git(tree, "reset", "--quiet", "--hard")
        run_git(tree, "clean", "--quiet", "-ffd")


@pytest.mark.parametrize("name", BUILDS)
def test_a_clone_without_the_target_is_not_judged_until_it_is_fetched(
    name: str, origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = clone(origin, tmp_path, "--depth", "1")
    _loosen(tree)
    inputs = load(tree, monkeypatch, BUILDS[name])
    (gap,) = inputs.forced_gaps
    assert (inputs.provenance.origin, inputs.policy.name) == (PolicyOrigin.NONE, "none")
    commands = [command.partition(", or ")[0] for command in gap.hint.split("; ")]
    for step in range(2):  # CircleCI names no target, so its default branch comes first
        if not inputs.forced_gaps:
            break
        commands = [inputs.forced_gaps[0].hint.split("; ")[0].partition(", or ")[0]]
        assert commands[0].startswith("git "), step
        subprocess.run(["sh", "-c", commands[0]], cwd=tree, check=True, capture_output=True)
        inputs = load(tree, monkeypatch, BUILDS[name])
    assert (inputs.forced_gaps, inputs.provenance.origin) == ((), PolicyOrigin.REVISION)
    assert inputs.policy.budget.limit(Severity.HIGH) == 0


def test_a_partial_clone_lacks_the_policy_until_it_is_complete(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_git(origin, "switch", "--quiet", "--create", "loose", "topic")
    _loosen(origin)
    run_git(origin, "commit", "--quiet", "--all", "--message", "loose")
    run_git(origin, "switch", "--quiet", "main")
    run_git(tmp_path, "clone", "--quiet", "--branch", "loose", "--filter=blob:none", f"file://{origin}", "clone")
    tree = tmp_path / "clone"
    inputs = load(tree, monkeypatch, BUILDS["CircleCI"])
    assert (inputs.provenance.origin, len(inputs.forced_gaps)) == (PolicyOrigin.NONE, 1)
    command = inputs.forced_gaps[0].hint.split("; ")[0]
    subprocess.run(["sh", "-c", command], cwd=tree, check=True, capture_output=True)
    assert load(tree, monkeypatch, BUILDS["CircleCI"]).provenance.origin is PolicyOrigin.REVISION


def test_names_that_look_like_the_target_are_not_the_target(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = clone(origin, tmp_path, "--depth", "1")
    _loosen(tree)
    run_git(tree, "commit", "--quiet", "--all", "--message", "loose")
    for command in (("tag", "refs/remotes/origin/main"), ("tag", "origin/main"), ("tag", "main"), ("branch", "main")):
        run_git(tree, *command)
        assert load(tree, monkeypatch, BUILDS["GitHub Actions"]).provenance.origin is PolicyOrigin.NONE, command


def test_a_build_of_the_target_itself_is_not_a_change(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_git(tmp_path, "clone", "--quiet", f"file://{origin}", "clone")
    tree = tmp_path / "clone"
    inputs = load(tree, monkeypatch, {"CIRCLECI": "true", "CIRCLE_BRANCH": "main"})
    assert (inputs.provenance.origin, inputs.base.commit) == (PolicyOrigin.WORK_TREE, "")
    release = load(tree, monkeypatch, {"CIRCLE_BRANCH": "release", "SCANGATE_TARGET": "release"})
    assert release.provenance.origin is PolicyOrigin.NONE  # origin has no such branch
    run_git(tree, "update-ref", "refs/remotes/origin/release", "HEAD")
    assert load(tree, monkeypatch, {}).provenance.origin is PolicyOrigin.WORK_TREE
    for name in ("CIRCLECI", "CIRCLE_BRANCH", "SCANGATE_TARGET"):
        monkeypatch.delenv(name)
    assert load(tree, monkeypatch, BUILDS["TeamCity"]).base.commit == ""
    monkeypatch.delenv("TEAMCITY_VERSION")
    assert load(tree, monkeypatch, {"SCANGATE_TARGET": "main"}).base.commit == ""
    run_git(tree, "switch", "--quiet", "--detach", "origin/topic")
    assert load(tree, monkeypatch, {}).provenance.origin is PolicyOrigin.REVISION


def test_a_branch_that_is_called_like_the_target_is_a_change(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = clone(origin, tmp_path)
    run_git(tree, "switch", "--quiet", "--force-create", "main")  # a fork's main
    _loosen(tree)
    run_git(tree, "commit", "--quiet", "--all", "--message", "loose")
    inputs = load(tree, monkeypatch, {"CIRCLECI": "true", "CIRCLE_BRANCH": "main"})
    assert (inputs.provenance.revision, inputs.base.commit) == ("origin/main", run_git(origin, "rev-parse", "main"))
    assert len(inputs.base.notes) == 1


def test_a_named_revision_is_compared_with_and_does_not_judge(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = clone(origin, tmp_path)
    _loosen(tree)
    run_git(tree, "commit", "--quiet", "--all", "--message", "loose")
    write_files(tree, {"other.py": "x = 2\n"})
    run_git(tree, "commit", "--quiet", "--all", "--message", "more")
    inputs = load(tree, monkeypatch, BUILDS["Azure Pipelines"], since="HEAD~1")
    assert (inputs.provenance.revision, inputs.base.name) == ("origin/main", "HEAD~1")
    assert inputs.base.is_comparable
    assert load(tree, monkeypatch, {}, since="origin/main").base.target is None
    monkeypatch.setenv("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/nowhere")
    assert load(tree, monkeypatch, {}, since="HEAD~1").provenance.origin is PolicyOrigin.NONE
    assert load(tree, monkeypatch, {}, since="origin/main").provenance.revision == "origin/main"  # by its full name


def test_a_tag_does_not_judge_and_nothing_is_compared_with_it(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = clone(origin, tmp_path, "--depth", "1")
    run_git(tree, "tag", "v1.2.3")
    for name in ("main", "v1.2.3", "refs/tags/v1.2.3", "tags/v1.2.3", "v1.2.3~0"):
        run_git(tree, "tag", "--force", "main")
        with pytest.raises(UsageError):
            load(tree, monkeypatch, BUILDS["GitHub Actions"], since=name)


def test_a_fork_s_own_branch_is_not_the_target(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = clone(origin, tmp_path)
    fork = {"CI_PROJECT_ID": "2", "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example.com/acme/shop"}
    inputs = load(tree, monkeypatch, {**BUILDS["GitLab CI"], **fork})
    assert inputs.provenance.origin is PolicyOrigin.NONE
    expected = "git fetch https://gitlab.example.com/acme/shop +refs/heads/main:refs/remotes/target/main"
    assert inputs.forced_gaps[0].hint.split("; ")[0] == expected
    run_git(tree, "fetch", "--quiet", f"file://{origin}", "+refs/heads/main:refs/remotes/target/main")
    assert load(tree, monkeypatch, {}).provenance.revision == "target/main"


def test_a_branch_of_a_fork_with_an_open_merge_request_is_judged_by_the_other_project(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = clone(origin, tmp_path)
    build = {"CI_PIPELINE_SOURCE": "push", "CI_OPEN_MERGE_REQUESTS": "up/r!3", "CI_PROJECT_PATH": "evil/r"}
    for since in (None, "auto", "origin/main", "main"):  # origin/main is the fork's
        inputs = load(tree, monkeypatch, {**build, "CI_DEFAULT_BRANCH": "main", "CI_SERVER_URL": "https://git.test"}, since=since)
        assert inputs.provenance.origin is PolicyOrigin.NONE
        command = inputs.forced_gaps[0].hint.split("; ")[0]
        assert command == "git fetch https://git.test/up/r +refs/heads/main:refs/remotes/target/main"
    run_git(tree, "fetch", "--quiet", f"file://{origin}", "+refs/heads/main:refs/remotes/target/main")
    assert load(tree, monkeypatch, {}).provenance.revision == "target/main"


def test_a_policy_from_elsewhere_needs_no_target(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = clone(origin, tmp_path, "--depth", "1")
    write_files(tmp_path, {"house.yaml": STRICT})
    bundled = load(tree, monkeypatch, BUILDS["Jenkins"], "strict")
    assert (bundled.provenance.origin, bundled.forced_gaps) == (PolicyOrigin.BUNDLED, ())
    outside = load(tree, monkeypatch, {}, str(tmp_path / "house.yaml"))
    assert (outside.provenance.origin, outside.forced_gaps) == (PolicyOrigin.FILE, ())
    inside = load(tree, monkeypatch, {}, str(tree / "scangate.yaml"))
    assert inside.provenance.origin is PolicyOrigin.NONE


def test_a_link_in_the_target_s_policy_that_leads_out_is_refused(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = clone(origin, tmp_path)
    run_git(tree, "remote", "remove", "origin")
    _link_outside(tree)
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "link")
    run_git(tree, "branch", "main")
    with pytest.raises(PolicyError):
        load(tree, monkeypatch, BUILDS["Jenkins"])


# -- scans --

DENY = STRICT + "inline-suppressions: report\nnew-suppressions: deny\n"
CALL = "    subprocess.call(command, shell=True)"
COMMENT = "  # nosec"


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch off main, whose finding is suppressed there, and a policy that does not count what a change suppresses."""
    for name, value in BUILDS["GitLab CI"].items():
        monkeypatch.setenv(name, value)
    source = WEAK_SOURCE.replace(CALL, CALL + COMMENT)
    tree = create_repository(tmp_path / "tree", {"app.py": source, "scangate.yaml": DENY})
    run_git(tree, "switch", "--quiet", "--create", "topic")
    return tree


def scan_tree(tree: Path, since: str | None = None) -> Report:
    return scan(ScanRequest(root=tree, since=since, ignore_cache=True))


def suppressions(report: Report) -> dict[str, tuple[RulingOutcome, bool]]:
    """Outcome of each B602, and whether the change adds its suppression, by path."""
    rulings = [ruling for ruling in report.verdict.rulings if ruling.finding.rule == "bandit:B602"]
    return {ruling.finding.location.path: (ruling.outcome, ruling.finding.suppression_is_new) for ruling in rulings}


def test_a_suppression_that_the_change_adds_does_not_count(change: Path) -> None:
    write_files(change, {"app.py": "# shifted\n\n" + (change / "app.py").read_text(), "new.py": (change / "app.py").read_text()})
    report = scan_tree(change)
    assert suppressions(report) == {"app.py": (RulingOutcome.SUPPRESSED, False), "new.py": (RulingOutcome.BLOCKING, True)}
    assert report.verdict.outcome is Outcome.FAIL
    (blocking,) = [ruling for ruling in report.verdict.rulings if ruling.outcome is RulingOutcome.BLOCKING]
    assert [note.kind for note in blocking.decision.notes] == [NoteKind.COMMENT_ADDED_DENIED]
    added = [note for note in report.verdict.notes if note.kind is NoteKind.COMMENT_ADDED_DENIED]
    assert {(note.path, note.location.path) for note in added} == {("new.py", "new-suppressions")}
    for name in ("text", "markdown", "sarif", "junit", "json"):
        text = FORMATS[name].load().render(report)
        assert "new.py" in text
        assert "main at " in text or '"policy_provenance":{"origin":"revision","revision":"main"' in text.replace(" ", ""), name


def test_the_policy_of_a_folder_is_that_of_the_target_too(change: Path) -> None:
    run_git(change, "switch", "--quiet", "main")
    loose = STRICT.replace("high: 0", "high: unlimited")
    write_files(
        change, {"scangate.yaml": loose, "svc/scangate.yaml": "version: 1\nbudgets: {high: 0}\n", "svc/app.py": WEAK_SOURCE}
    )
    run_git(change, "add", "--all")
    run_git(change, "commit", "--quiet", "--message", "a folder's policy")
    run_git(change, "switch", "--quiet", "--force-create", "topic")
    (change / "svc" / "scangate.yaml").unlink()
    assert scan_tree(change).verdict.outcome is Outcome.FAIL
    assert scan_tree(change / "svc").verdict.outcome is Outcome.FAIL


def test_a_suppression_that_moves_with_its_file_is_not_new(change: Path) -> None:
    run_git(change, "mv", "app.py", "moved.py")
    report = scan_tree(change)
    assert suppressions(report) == {"moved.py": (RulingOutcome.SUPPRESSED, False)}
    assert report.verdict.outcome is Outcome.PASS


def test_a_suppression_of_a_known_finding_is_new_and_the_finding_stays_known(change: Path) -> None:
    run_git(change, "switch", "--quiet", "main")
    write_files(change, {"app.py": WEAK_SOURCE})
    run_git(change, "commit", "--quiet", "--all", "--message", "uncovered")
    run_git(change, "switch", "--quiet", "--force-create", "topic")
    write_files(change, {"app.py": WEAK_SOURCE.replace(CALL, CALL + COMMENT)})
    assert suppressions(scan_tree(change)) == {"app.py": (RulingOutcome.BLOCKING, True)}
    assert suppressions(scan_tree(change, since="main")) == {"app.py": (RulingOutcome.KNOWN, True)}


def test_a_longer_time_is_a_new_suppression(change: Path) -> None:
    own = "  # scangate: ignore[bandit:B602] until={} -- reason"
    run_git(change, "switch", "--quiet", "main")
    write_files(change, {"app.py": WEAK_SOURCE.replace(CALL, CALL + own.format("2027-01-31"))})
    run_git(change, "commit", "--quiet", "--all", "--message", "until")
    run_git(change, "switch", "--quiet", "--force-create", "topic")
    assert suppressions(scan_tree(change)) == {"app.py": (RulingOutcome.SUPPRESSED, False)}
    for day, is_new in (("2027-02-28", True), ("2027-01-01", False)):
        write_files(change, {"app.py": WEAK_SOURCE.replace(CALL, CALL + own.format(day))})
        outcome = RulingOutcome.BLOCKING if is_new else RulingOutcome.SUPPRESSED
        assert suppressions(scan_tree(change)) == {"app.py": (outcome, is_new)}


def test_without_a_common_commit_the_tip_of_the_target_is_compared(change: Path, tmp_path: Path) -> None:
    write_files(change, {"new.py": (change / "app.py").read_text()})
    run_git(change, "add", "--all")
    run_git(change, "commit", "--quiet", "--message", "new")
    tree = clone(change, tmp_path, "--depth", "1")
    run_git(tree, "fetch", "--quiet", "--depth", "1", "origin", "+refs/heads/main:refs/remotes/origin/main")
    expected = {"app.py": (RulingOutcome.SUPPRESSED, False), "new.py": (RulingOutcome.BLOCKING, True)}
    assert suppressions(scan_tree(tree)) == expected


def test_where_new_suppressions_are_allowed_they_are_listed(change: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_git(change, "switch", "--quiet", "main")
    write_files(change, {"scangate.yaml": STRICT})
    run_git(change, "commit", "--quiet", "--all", "--message", "allow")
    run_git(change, "switch", "--quiet", "--force-create", "topic")
    write_files(change, {"new.py": (change / "app.py").read_text()})
    report = scan_tree(change)
    assert report.verdict.outcome is Outcome.PASS
    assert suppressions(report)["new.py"] == (RulingOutcome.SUPPRESSED, True)
    assert {note.path for note in report.verdict.notes if note.kind is NoteKind.COMMENT_ADDED} == {"new.py"}
    monkeypatch.delenv("CI_PIPELINE_SOURCE")
    for name in BUILDS["GitLab CI"]:
        monkeypatch.delenv(name, raising=False)
    assert not any(is_new for _, is_new in suppressions(scan_tree(change)).values())


def test_an_incomplete_verdict_says_that_no_policy_judged(change: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "nowhere")
    write_files(change, {"scangate.yaml": LOOSE, "new.py": WEAK_SOURCE})
    report = scan(ScanRequest(root=change, output_dir=tmp_path / "out", ignore_cache=True))
    assert (report.verdict.outcome, report.exit_code) == (Outcome.INCOMPLETE, 3)
    assert report.policy_provenance.origin is PolicyOrigin.NONE
    assert [ruling.decision.basis for ruling in report.verdict.gaps if ruling.blocking] == [Basis.NOT_ANALYZED]
    outcomes = {ruling.finding.location.path: ruling.outcome for ruling in report.verdict.rulings}
    assert outcomes == dict.fromkeys(("app.py", "new.py"), RulingOutcome.NOT_JUDGED)
    assert parse_report((tmp_path / "out" / "verdict.json").read_text()).verdict == report.verdict


def test_the_bundled_policies_deny_new_suppressions_from_qa_on() -> None:
    denied = {
        name for name in ("baseline", "strict", "dev", "qa", "staging", "production") if _denies(read_policy(name).new_suppressions)
    }
    assert denied == {"qa", "staging", "production"}


def _denies(value: NewSuppressions) -> bool:
    return value is NewSuppressions.DENY
