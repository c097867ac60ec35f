"""The interpreter follows the documentation of buildspec 0.2; one small build in a real bash for each rule."""

from __future__ import annotations

import time
from pathlib import Path
from textwrap import dedent
from xml.sax.saxutils import quoteattr

import pytest

from tests.support.buildspec.interpreter import Batch, Build, Project, run_batch, run_build
from tests.support.buildspec.parser import BuildspecError, parse_buildspec
from tests.support.buildspec.shell import StateScope
from tests.support.buildspec.workspace import Workspace

HEAD = "version: 0.2\nenv:\n  shell: bash\n"


def execute(site: Workspace, body: str, project: Project | None = None) -> Build:
    return run_build(HEAD + dedent(body), project or site.project())


def codes(build: Build, phase: str) -> list[int | None]:
    return [command.exit_code for command in build.phase(phase).commands]


def output(build: Build, phase: str) -> str:
    return "".join(command.output for command in build.phase(phase).commands)


# Reading


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 0.1\nphases: {}\n", "version: 0.1 is not 0.2"),
        ("version: 0.2\n", "phases: required"),
        (HEAD + "phases: {}\nartefacts: {}\n", "artefacts: unknown key, did you mean artifacts?"),
        (HEAD + "phases: {test: {commands: [ls]}}\n", "phases.test: unknown key"),
        (HEAD + "phases: {build: {comands: [ls]}}\n", "phases.build.comands: unknown key, did you mean commands?"),
        (HEAD + "phases: {build: {finally: [ls]}}\n", "phases.build.commands: required"),
        (HEAD + "phases: {build: {commands: ls}}\n", "phases.build.commands: not a list"),
        (HEAD + "phases: {build: {commands: [{echo: hi}]}}\n", r"phases.build.commands\[0\]: not a text"),
        (HEAD + "phases: {build: {commands: [ls], runtime-versions: {python: 3}}}\n", "phases.build.runtime-versions: unknown"),
        (HEAD + "phases: {build: {commands: [ls], on-failure: RETRY}}\n", "phases.build.on-failure: 'RETRY'"),
        (HEAD + "phases: {build: {commands: [ls]}, build: {commands: [pwd]}}\n", "line 4: key 'build' is there twice"),
        ("version: 0.2\nphases: {build: {commands: [ls]}}\n", "env.shell: "),
        (HEAD + "  variables: {CODEBUILD_X: a}\nphases: {}\n", "env.variables.CODEBUILD_X: names that start with CODEBUILD_"),
        (HEAD + "  variables: {X: yes}\nphases: {}\n", "env.variables.X: not a text"),
        (HEAD + "  exported-variables: [AWS_REGION]\nphases: {}\n", "env.exported-variables: AWS_REGION cannot be exported"),
        (HEAD + "  exported-variables: [A-B]\nphases: {}\n", "env.exported-variables: 'A-B' is not a variable name"),
        (HEAD + "  secrets-manager: {X: a}\nphases: {}\n", "env.secrets-manager: documented by CodeBuild, not interpreted here"),
        (HEAD + "proxy: {}\nphases: {}\n", "proxy: documented by CodeBuild, not interpreted here"),
        (HEAD + "batch: {build-fanout: {}}\nphases: {}\n", "batch.build-fanout: documented by CodeBuild, not interpreted here"),
        (HEAD + "phases: {}\nreports: {ab: {file-format: JUNITXML}}\n", "reports.ab.files: required"),
        (HEAD + "phases: {}\nreports: {ab: {files: [a], file-format: SARIF}}\n", "reports.ab.file-format: unknown format SARIF"),
        (HEAD + f"phases: {{}}\nreports: {{{', '.join(f'g{n}: {{files: [a]}}' for n in range(6))}}}\n", "reports: 6 groups"),
        (HEAD + "phases: {}\nartifacts: {secondary-artifacts: {one: {files: [a]}}}\n", "artifacts.files: required"),
        (HEAD + "phases: {}\ncache: {path: [a]}\n", "cache.path: unknown key, did you mean paths?"),
        ("a: [", "not YAML"),
    ],
)
def test_an_error_in_the_file_names_its_path(text: str, message: str) -> None:
    with pytest.raises(BuildspecError, match=f"^{message}"):
        parse_buildspec(text)


def test_phases_run_in_their_own_order_not_the_files(site: Workspace) -> None:
    build = execute(site, "phases: {build: {commands: [ls]}, install: {commands: [ls]}, pre_build: {commands: [ls]}}")
    assert [phase.name for phase in build.phases] == ["install", "pre_build", "build", "upload_artifacts"]
    assert build.status == "SUCCEEDED"


# The shell


@pytest.mark.parametrize("carry", ["shell", "exports"])
def test_directory_and_exports_live_on_through_the_phases(site: Workspace, carry: StateScope) -> None:
    site.write("sub/file")
    build = execute(
        site,
        """\
        phases:
          install:
            commands: [cd sub, "export GREETING='hello  there\\n you'"]
          build:
            commands: [ls, 'echo "$GREETING"']
        """,
        site.project(carry=carry),
    )
    assert output(build, "build") == "file\nhello  there\n you\n"


def test_all_commands_share_one_shell(site: Workspace) -> None:
    body = "phases: {build: {commands: ['greet() { echo hello $1; }', who=you, greet $who]}}"
    assert output(execute(site, body), "build") == "hello you\n"
    assert codes(execute(site, body, site.project(carry="exports")), "build") == [0, 0, 127]


def test_the_status_of_a_block_is_that_of_its_last_command(site: Workspace) -> None:
    build = execute(
        site,
        """\
        phases:
          build:
            commands:
              - |
                false
                echo masked
              - false | true
              - |
                true
                sh -c 'exit 7'
              - echo never
        """,
    )
    assert codes(build, "build") == [0, 0, 7]
    assert build.status == "FAILED"


@pytest.mark.parametrize("entry", ["exit 3", "set -e; false; true", "trap - EXIT; exit 3", "kill -9 $$", "return 3"])
def test_a_command_that_exits_the_shell_fails_but_the_build_continues(site: Workspace, entry: str) -> None:
    build = execute(site, f"phases: {{build: {{commands: [export KEPT=1, '{entry}']}}, post_build: {{commands: [echo $KEPT]}}}}")
    assert build.phase("build").status == "FAILED"
    assert output(build, "post_build") == "1\n"


def test_commands_cannot_read_the_shells_input(site: Workspace) -> None:
    assert output(execute(site, "phases: {build: {commands: [cat, echo still here]}}"), "build") == "still here\n"


# Phases


def test_finally_runs_after_a_failing_command(site: Workspace) -> None:
    build = execute(site, "phases: {build: {commands: [echo one, 'false', echo two], finally: [echo last]}}")
    assert output(build, "build") == "one\nlast\n"
    assert build.phase("build").status == "FAILED"


def test_a_failing_finally_fails_the_phase(site: Workspace) -> None:
    build = execute(site, "phases: {build: {commands: ['true'], finally: ['false', echo never]}}")
    assert (codes(build, "build"), build.status) == ([0, 1], "FAILED")


@pytest.mark.parametrize("phase", ["install", "pre_build"])
def test_a_build_ends_when_install_or_pre_build_fails(site: Workspace, phase: str) -> None:
    build = execute(
        site, f"phases: {{{phase}: {{commands: ['false']}}, build: {{commands: [ls]}}, post_build: {{commands: [ls]}}}}"
    )
    assert [each.name for each in build.phases] == [phase, "upload_artifacts"]


def test_post_build_runs_after_a_failed_build_and_knows_it(site: Workspace) -> None:
    build = execute(
        site,
        """\
        phases:
          install: {commands: [echo $CODEBUILD_BUILD_SUCCEEDING]}
          build: {commands: ["false"]}
          post_build: {commands: [echo $CODEBUILD_BUILD_SUCCEEDING]}
        """,
    )
    assert (output(build, "install"), output(build, "post_build"), build.status) == ("1\n", "0\n", "FAILED")


def test_on_failure_abort_keeps_post_build_from_running(site: Workspace) -> None:
    build = execute(site, "phases: {build: {on-failure: ABORT, commands: ['false']}, post_build: {commands: [ls]}}")
    assert [phase.name for phase in build.phases] == ["build", "upload_artifacts"]


def test_on_failure_continue_enters_the_next_phase_of_a_failed_build(site: Workspace) -> None:
    build = execute(site, "phases: {install: {on-failure: CONTINUE, commands: ['false']}, build: {commands: [ls]}}")
    assert [phase.status for phase in build.phases] == ["FAILED", "SUCCEEDED", "SUCCEEDED"]
    assert build.status == "FAILED"


# Variables


def test_project_variables_override_the_buildspecs_and_the_images(site: Workspace) -> None:
    body = "  variables: {A: spec, B: spec, HOME: /spec}\nphases: {build: {commands: [echo $A $B $HOME]}}"
    assert output(execute(site, body, site.project(overrides={"B": "project"})), "build") == "spec project /spec\n"


def test_the_environment_has_only_given_and_codebuild_variables(site: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAK", "1")
    build = execute(site, "phases: {build: {commands: ['compgen -e | grep -v CODEBUILD_']}}")
    shells_own = {"OLDPWD", "PWD", "SHLVL", "_"}
    assert set(output(build, "build").split()) - shells_own == {"AWS_DEFAULT_REGION", "AWS_REGION", "HOME", "PATH", "TMPDIR"}


def test_the_source_version_is_unset_if_the_source_has_none(site: Workspace) -> None:
    body = "phases: {build: {commands: ['echo ${CODEBUILD_RESOLVED_SOURCE_VERSION-unset} $CODEBUILD_SRC_DIR']}}"
    assert output(execute(site, body), "build") == f"unset {site.source}\n"
    assert output(execute(site, body, site.project(commit="abc")), "build") == f"abc {site.source}\n"


def test_exported_variables_have_the_value_of_the_end_of_post_build(site: Workspace) -> None:
    build = execute(
        site,
        """\
          exported-variables: [VERDICT, NOTE, PLAIN, MISSING]
        phases:
          install: {commands: [export VERDICT=first NOTE='a=b c', PLAIN=1]}
          build: {commands: ["false"]}
          post_build: {commands: [export VERDICT=last]}
        """,
    )
    # A variable that was never exported is the shell's own.
    assert dict(build.exported) == {"VERDICT": "last", "NOTE": "a=b c"}


def test_exported_variables_exist_after_an_early_end(site: Workspace) -> None:
    build = execute(site, "  exported-variables: [VERDICT]\nphases: {install: {commands: [export VERDICT=early, 'false']}}")
    assert dict(build.exported) == {"VERDICT": "early"}


# The end of a build


def test_the_time_limit_ends_the_build_without_finally(site: Workspace) -> None:
    build = execute(
        site,
        "phases: {build: {commands: [echo begun; sleep 60], finally: [echo no]}, post_build: {commands: [echo no]}}",
        site.project(seconds=1.5),
    )
    assert (build.status, codes(build, "build"), output(build, "build")) == ("TIMED_OUT", [None], "begun\n")
    assert [phase.name for phase in build.phases] == ["build", "upload_artifacts"]


def test_a_stopped_build_gets_a_signal_and_its_finally_does_not_run(site: Workspace) -> None:
    begun, trapped = site.source / "begun", site.source / "trapped"
    build = execute(
        site,
        """\
          exported-variables: [VERDICT]
        phases:
          install: {commands: [export VERDICT=INCOMPLETE]}
          build:
            commands:
              - bash -c 'trap "sleep 0.3; touch trapped; exit 1" TERM; touch begun; while true; do sleep 0.05; done'
            finally: [export VERDICT=PASS]
        """,
        site.project(stop=begun.exists),
    )
    assert (build.status, trapped.exists(), dict(build.exported)) == ("STOPPED", True, {"VERDICT": "INCOMPLETE"})


def test_no_process_outlives_the_build(site: Workspace) -> None:
    build = execute(site, "phases: {build: {commands: ['sleep 60 & echo $!']}}")
    process = Path("/proc") / output(build, "build").strip() / "stat"
    until = time.monotonic() + 5
    while process.exists() and process.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < until
        time.sleep(0.02)


# Reports


def junit(cases: str, **counts: int) -> str:
    whole = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0} | counts
    attributes = " ".join(f'{name}="{count}"' for name, count in whole.items())
    return f'<testsuites {attributes}><testsuite name="s" {attributes}>{cases}</testsuite></testsuites>'


def reported(site: Workspace, text: str) -> tuple[str, tuple[str, ...]]:
    site.write("out/deep/junit.xml", text)
    build = execute(site, "phases: {build: {commands: ['true']}}\nreports: {scan: {files: ['**/*.xml'], base-directory: out}}")
    assert build.status == "SUCCEEDED"
    (report,) = build.reports
    return report.status, report.problems


CASE = '<testcase classname="c" name="n"/>'


def test_a_clean_report_succeeds(site: Workspace) -> None:
    assert reported(site, junit(CASE, tests=1)) == ("SUCCEEDED", ())


@pytest.mark.parametrize(("kind", "count"), [("failure", "failures"), ("error", "errors")])
def test_a_failed_report_does_not_fail_the_build(site: Workspace, kind: str, count: str) -> None:
    text = junit(f'<testcase classname="c" name="n"><{kind} message="m"/></testcase>', **{"tests": 1, count: 1})
    assert reported(site, text) == ("FAILED", ())


def test_a_report_group_without_files_is_incomplete(site: Workspace) -> None:
    build = execute(site, "phases: {build: {commands: ['true']}}\nreports: {scan: {files: ['*.xml'], base-directory: none}}")
    assert (build.reports[0].status, build.reports[0].problems) == ("INCOMPLETE", ("no file matches",))


def test_counts_that_do_not_add_up_are_a_problem(site: Workspace) -> None:
    status, problems = reported(site, junit(CASE, tests=2))
    assert (status, problems[0]) == ("SUCCEEDED", "junit.xml: testsuites '': tests is 2, but 1 are there")


def test_a_missing_count_is_a_problem(site: Workspace) -> None:
    status, problems = reported(site, f'<testsuite name="s" tests="1" failures="0" errors="0">{CASE}</testsuite>')
    assert (status, problems) == ("SUCCEEDED", ("junit.xml: testsuite 's': skipped is None, but 0 are there",))


def test_counts_with_fewer_tests_than_outcomes_are_rejected(site: Workspace) -> None:
    status, _ = reported(site, junit('<testcase name="n"><failure/></testcase>', tests=0, failures=1))
    assert status == "INCOMPLETE"


def test_a_file_that_is_not_xml_is_incomplete(site: Workspace) -> None:
    assert reported(site, "not xml")[0] == "INCOMPLETE"


def test_cases_beyond_500_are_dropped_and_noted(site: Workspace) -> None:
    assert reported(site, junit(CASE * 500, tests=500)) == ("SUCCEEDED", ())
    assert reported(site, junit(CASE * 501, tests=501)) == ("SUCCEEDED", ("501 cases, 500 are kept",))


@pytest.mark.parametrize(("length", "fine"), [(1000, True), (1001, False)])
def test_a_case_name_has_at_most_1000_characters(site: Workspace, length: int, fine: bool) -> None:
    assert (not reported(site, junit(f'<testcase name="{"n" * length}"/>', tests=1))[1]) is fine


@pytest.mark.parametrize(("length", "fine"), [(5000, True), (5001, False)])
def test_a_message_has_at_most_5000_characters(site: Workspace, length: int, fine: bool) -> None:
    message = quoteattr("m" * length)
    text = junit(f'<testcase name="n"><failure message={message}/></testcase>', tests=1, failures=1)
    assert (not reported(site, text)[1]) is fine


def test_reports_of_a_build_that_ended_early_are_collected(site: Workspace) -> None:
    site.write("junit.xml", junit(CASE, tests=1))
    build = execute(site, "phases: {install: {commands: ['false']}}\nreports: {scan: {files: [junit.xml]}}")
    assert (build.status, build.reports[0].status) == ("FAILED", "SUCCEEDED")


# Artifacts and cache


def test_artifacts_are_taken_from_the_base_directory_even_of_a_failed_build(site: Workspace) -> None:
    for path in ("out/a.txt", "out/deep/b.txt", "out/deep/c.log", "other/d.txt"):
        site.write(path)
    build = execute(
        site,
        """\
        phases: {build: {commands: ["false"]}}
        artifacts:
          files: ["**/*"]
          base-directory: out
          exclude-paths: ["**/*.log"]
          secondary-artifacts:
            flat: {files: ["o*/**/*.txt"], discard-paths: yes}
        """,
    )
    assert {artifact.name: artifact.files for artifact in build.artifacts} == {
        "": ("a.txt", "deep/b.txt"),
        "flat": ("d.txt", "a.txt", "b.txt"),
    }
    assert build.phase("upload_artifacts").status == "SUCCEEDED"


def test_an_artifact_without_a_file_fails_the_build(site: Workspace) -> None:
    build = execute(site, "phases: {build: {commands: ['true']}}\nartifacts: {files: [none.txt]}")
    assert (build.phase("upload_artifacts").status, build.status) == ("FAILED", "FAILED")


def test_the_cache_is_looked_up_in_the_home_directory(site: Workspace) -> None:
    (site.home / ".cache/tool/deep").mkdir(parents=True)
    (site.home / ".cache/tool/deep/entry").touch()
    build = execute(site, "phases: {build: {commands: ['true']}}\ncache: {paths: ['/root/.cache/tool/**/*']}")
    assert build.cached == (str(site.home / ".cache/tool/deep/entry"),)


def test_the_log_has_commands_output_and_phases(site: Workspace) -> None:
    log = execute(site, "phases: {build: {commands: [echo out; echo err >&2; exit 4]}}").log
    assert log.splitlines() == [
        "[Container] Entering phase BUILD",
        "[Container] Running command echo out; echo err >&2; exit 4",
        "out",
        "err",
        "[Container] Command did not exit successfully echo out; echo err >&2; exit 4 exit status 4",
        "[Container] Phase complete: BUILD State: FAILED",
        "[Container] Entering phase UPLOAD_ARTIFACTS",
        "[Container] Phase complete: UPLOAD_ARTIFACTS State: SUCCEEDED",
    ]


# Batches


GRAPH = """\
batch:
  build-graph:
    - {identifier: last, depend-on: [left, right]}
    - {identifier: left, env: {variables: {SIDE: l}}}
    - {identifier: right, env: {variables: {SIDE: r}}, ignore-failure: IGNORE}
phases:
  build:
    commands:
      - echo "$CODEBUILD_BATCH_BUILD_IDENTIFIER $SIDE $CODEBUILD_BUILD_ID" && ls && touch "$CODEBUILD_BATCH_BUILD_IDENTIFIER"
      - test "$SIDE" != "$BREAKS"
"""


def graph(site: Workspace, breaks: str, ignore: str = "false") -> Batch:
    site.write("source")
    text = HEAD + GRAPH.replace("IGNORE", ignore)
    scratch = site.source.parent / "builds"
    scratch.mkdir()
    return run_batch(text, site.project(overrides={"BREAKS": breaks, "SIDE": "project"}), scratch)


def test_a_task_runs_after_its_dependencies_in_a_fresh_source(site: Workspace) -> None:
    batch = graph(site, "nothing")
    assert (batch.status, list(batch.builds)) == ("SUCCEEDED", ["left", "right", "last"])
    said = {name: output(build, "build").split() for name, build in batch.builds.items()}
    assert {name: (words[0], words[1], words[3:]) for name, words in said.items()} == {
        "left": ("left", "l", ["source"]),
        "right": ("right", "r", ["source"]),
        "last": ("last", "project", ["source"]),
    }
    assert len({words[2] for words in said.values()}) == 3


@pytest.mark.parametrize("ignore", ["false", "true"])
def test_a_task_does_not_start_after_a_failed_dependency(ignore: str, site: Workspace) -> None:
    batch = graph(site, "r", ignore)
    assert (batch.status, list(batch.builds)) == ("FAILED", ["left", "right"])


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ("[]", "batch.build-graph: not a list of tasks"),
        ("[{identifier: a}, {identifier: a}]", "batch.build-graph: an identifier is there twice"),
        ("[{identifier: a, depend-on: [a]}]", "batch.build-graph: a waits for itself"),
        ("[{identifier: a, depend-on: [b]}]", "batch.build-graph: a waits for itself, or for a task that there is not"),
        ("[{identifier: a-b}]", r"batch.build-graph\[\].identifier: 'a-b'"),
        ("[{identifier: a, env: {image: x}}]", r"batch.build-graph\[\].env.image: documented by CodeBuild, not interpreted"),
        ("[{identifier: a, env: {variables: {CODEBUILD_X: y}}}]", r"batch.build-graph\[\].env.variables.CODEBUILD_X: names"),
        ("[{identifier: a, depends-on: [b]}]", r"batch.build-graph\[\].depends-on: unknown key, did you mean depend-on"),
    ],
)
def test_an_error_in_a_build_graph_names_its_path(tasks: str, message: str) -> None:
    with pytest.raises(BuildspecError, match=f"^{message}"):
        parse_buildspec(f"{HEAD}batch: {{build-graph: {tasks}}}\nphases: {{}}\n")
