"""The options and arguments that several commands share; their names are the fields of the requests in `scangate.app`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from scangate.app.report_files import ReportTarget
from scangate.app.requests import MAX_SHARDS
from scangate.cli.console import warn
from scangate.errors import UsageError
from scangate.judge.baseline import BASELINE_FILE
from scangate.report import CONSOLE_FORMATS, DEFAULT_CONSOLE_FORMAT, FORMATS

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

path_type = click.Path(path_type=Path)


def _parse_reports(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[ReportTarget, ...]:
    del context, parameter
    return tuple(map(_parse_report, values))


def _parse_report(value: str) -> ReportTarget:
    """``FORMAT=FILE``. Raises UsageError."""
    name, _, file = value.partition("=")
    if name not in FORMATS or not file:
        raise UsageError(f"not a report: {value}", f"--report FORMAT=FILE, where FORMAT is one of {', '.join(FORMATS)}")
    return ReportTarget(name, None if file == "-" else Path(file))


def group(*options: Decorator) -> Decorator:
    """One decorator for ``options``, which --help lists in this order."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _name_source(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Names a policy that the environment chose, which no command line shows."""
    if context.get_parameter_source(str(parameter.name)) is ParameterSource.ENVIRONMENT:
        warn(f"policy {value}, from {parameter.envvar}")
    return value


policy_option = click.option(
    *("--policy",),
    metavar="NAME|FILE|ADDRESS",
    envvar="SCANGATE_POLICY",
    show_envvar=True,
    callback=_name_source,
    help="A bundled policy, a file or a pinned address  [default: the repository's, else baseline]",
)
environment_option = click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="Apply this environment of the policy"
)
floor_option = click.option(
    *("--floor",),
    metavar="NAME|FILE|ADDRESS",
    envvar="SCANGATE_FLOOR",
    show_envvar=True,
    help="A bundled policy, file or pinned address that the policy may only tighten",
)
policy_options = group(policy_option, environment_option, floor_option)
trust_policy_option = click.option("--trust-policy", is_flag=True, help="Allow a policy in the scanned tree to start programs")


def make_report_option(envvar: str | None = None) -> Decorator:
    """The option --report. ``envvar``: a variable that sets it; none for commands that read what a scan wrote."""
    return click.option(
        *("--report", "reports"),
        multiple=True,
        metavar="FORMAT=FILE",
        envvar=envvar,
        show_envvar=True,
        callback=_parse_reports,
        help=f"Write a report: {', '.join(FORMATS)}; FILE - is standard output  [repeatable]",
    )


def make_output_dir_option(envvar: str | None = None) -> Decorator:
    """The option --output-dir. ``envvar`` as in `make_report_option`."""
    return click.option(
        *("--output-dir",),
        metavar="DIR",
        type=path_type,
        envvar=envvar,
        show_envvar=True,
        help="Write all reports, under their default names, into this directory",
    )


report_option = make_report_option("SCANGATE_REPORT")
output_dir_option = make_output_dir_option("SCANGATE_OUTPUT_DIR")
format_option = click.option(
    *("--format", "console_format"),
    type=click.Choice(list(CONSOLE_FORMATS)),
    default=DEFAULT_CONSOLE_FORMAT,
    show_default=True,
    envvar="SCANGATE_FORMAT",
    show_envvar=True,
    help="What is printed",
)
show_all_option = click.option(
    "--all", "show_all", is_flag=True, envvar="SCANGATE_ALL", show_envvar=True, help="Print everything: no list is cut"
)
baseline_option = click.option("--baseline", metavar="FILE", type=path_type, help=f"The baseline file  [default: {BASELINE_FILE}]")
baseline_options = group(
    baseline_option, click.option("--no-baseline", "ignore_baseline", is_flag=True, help="Ignore the baseline")
)
since_option = click.option(
    *("--since",), metavar="REV", help="Report only findings introduced since REV; auto: the target branch of the pull request"
)
jobs_option = click.option(
    *("--jobs",),
    type=click.IntRange(1, 256),
    metavar="N",
    envvar="SCANGATE_JOBS",
    show_envvar=True,
    help="Maximum parallel processes  [default: by CPUs and memory]",
)
time_limit_option = click.option(
    *("--time-limit", "time_limit"),
    type=click.IntRange(1, 86400),
    metavar="SECONDS",
    envvar="SCANGATE_TIME_LIMIT",
    show_envvar=True,
    help="End the scan after so many seconds: INCOMPLETE, with all reports",
)
cache_dir_option = click.option(
    *("--cache-dir",),
    metavar="DIR",
    type=path_type,
    envvar="SCANGATE_CACHE",
    show_envvar=True,
    help="Cache directory  [default: in the user's cache directory]",
)
quiet_option = click.option(
    *("-q", "--quiet"), is_flag=True, envvar="SCANGATE_QUIET", show_envvar=True, help="Print only the verdict"
)
verbose_option = click.option(
    *("-v", "--verbose"),
    is_flag=True,
    envvar="SCANGATE_VERBOSE",
    show_envvar=True,
    help="Show what is scanned, and the findings and gaps that do not block",
)
verdict_argument = click.argument("verdict", type=path_type, metavar="VERDICT.JSON")


class ShardParam(click.ParamType[tuple[int, int]]):
    """``I/N``: the number of a shard, and of how many."""

    name = "shard"

    def convert(self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """The two numbers, or click's error."""
        if isinstance(value, tuple):
            return value
        number, _, count = value.partition("/")
        if not (number.isascii() and number.isdigit() and count.isascii() and count.isdigit()) or len(value) > 16:
            self.fail(f"{value!r} is not I/N, as in 2/4", param, ctx)
        if not 1 <= int(number) <= int(count) <= MAX_SHARDS:
            self.fail(f"{value!r}: I counts from 1 to N, and N is at most {MAX_SHARDS}", param, ctx)
        return int(number), int(count)
