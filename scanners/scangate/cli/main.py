"""The command line: runs a command, prints errors, and exits."""

from __future__ import annotations

import errno
import gc
import os
import sys
from pathlib import Path
from typing import Any

import click

from scangate import __version__
from scangate.cli.console import configure_streams, find_masking, silence_broken_pipes, warn
from scangate.cli.lazy_group import LazyGroup
from scangate.errors import ScangateError

USAGE, EXHAUSTED, INTERNAL_ERROR, INTERRUPTED, BROKEN_PIPE = 2, 3, 70, 130, 141
GC_THRESHOLDS = (1_000_000, 20, 100)  # a scan creates many small objects that live to its end, and little garbage
DISK_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
LIMIT_ERRNOS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}
NO_THREAD = "can't start new thread"  # https://github.com/python/cpython/blob/3.11/Modules/_threadmodule.c
COMMANDS = {
    "scan": "Scan a directory, or staged files, and evaluate the findings.",
    "history": "Search every version of every file in git for secrets.",
    "merge": "Merge the shard files of a scan and evaluate them.",
    "fleet": "Audit many repositories and roll up their verdicts.",
    "gate": "Evaluate a verdict.json under another policy.",
    "report": "Make the reports of a verdict.json again, in any format.",
    "diff": "Compare two verdict.json files: new, fixed and unchanged findings.",
    "explain": "Show why a finding fails the build and how to fix it.",
    "fix": "Raise vulnerable pins and make safe rewrites, after a diff and a question.",
    "rules": "List all rules, print the page of one, and test your own.",
    "baseline": "Create, update and show the known findings.",
    "waive": "Add an exception to the policy file.",
    "policy": "Check and show policies.",
    "schema": "Print the JSON Schema of a policy or of verdict.json.",
    "advisories": "Update, import and show the local advisory store.",
    "attest": "Sign an attestation of a verdict.",
    "verify": "Verify an attestation before deployment.",
    "publish": "Send a verdict.json to AWS or a code host.",
    "doctor": "Check tools, policy, caches and network, and what would be scanned.",
    "cache": "Show and clear the cache of scan results.",
    "init": "Write a buildspec, a policy and a hook for a repository.",
    "snippet": "List and print buildspecs, hooks and templates.",
    "completion": "Print the script that completes commands in bash, zsh or fish.",
    "scanners": "List the scanners and other engines, and add one to a policy.",
}


@click.group(
    cls=LazyGroup,
    summaries=COMMANDS,
    package="scangate.cli",
    heading="Commands",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="scangate", message="%(prog)s %(version)s")
def cli() -> None:
    """A security gate: bandit, semgrep, detect-secrets and pip-audit under one policy.

    Exit codes: 0 pass, 1 the policy fails the build, 2 usage or policy error (nothing scanned), 3 incomplete (coverage gaps), 4 not
    published completely, or verify is undecided, 5 pass of --scanner alone, 70 internal error, 129, 130 and 143 interrupted.
    """


def main(program: str = "scangate") -> None:
    """Runs the command line of ``scangate`` or ``scangate-verify``, and exits."""
    configure_streams()
    gc.set_threshold(*GC_THRESHOLDS)
    if len(sys.argv) > 1:
        # A shell asks for completions without arguments. Otherwise click would answer, scan or verify nothing, and exit with 0.
        os.environ.pop(f"_{program.replace('-', '_').upper()}_COMPLETE", None)
    code = _run(program)
    silence_broken_pipes()
    gc.freeze()  # otherwise the interpreter would collect garbage once more before it exits
    sys.exit(code)


def _run(program: str) -> int:  # noqa: PLR0911 -- one exit code for each kind of error
    if not _has_working_directory():
        return _print_error("the current directory does not exist", "change to an existing directory: cd /", USAGE)
    try:
        result: Any = _root_command(program).main(prog_name=program, standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        return _print_usage_error(error)
    except ScangateError as error:
        return _print_scangate_error(error)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE  # as after SIGPIPE; scan, merge and gate keep the verdict's exit code
    except Exception as error:  # noqa: BLE001 -- an internal error must never exit with 0 or 1
        return _print_limit_error(error) or _report_internal_error(error)
    return result if isinstance(result, int) else 0


def _root_command(program: str) -> click.Command:
    if program == "scangate-verify":
        from scangate.cli.verify import command  # noqa: PLC0415 -- the other program's

        return command
    return cli


def _has_working_directory() -> bool:
    try:
        return Path.cwd().is_dir()
    except OSError:
        return False


def _print_usage_error(error: click.UsageError) -> int:
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        click.echo(error.format_message(), err=True)
        return USAGE
    command = error.ctx.command_path if error.ctx is not None else "scangate"
    return _print_error(error.format_message(), f"{command} --help", USAGE)


def _print_scangate_error(error: ScangateError) -> int:
    """Prints it without tokens: one may be in a policy's key by mistake."""
    masking = find_masking()
    if masking is None:
        return _print_error(error.message, error.hint, USAGE)
    return _print_error(masking.mask_tokens(error.message), masking.mask_tokens(error.hint), USAGE)


def _print_limit_error(error: Exception) -> int:
    """Prints an error that says that the system has no more to give; 0 for any other."""
    number = error.errno if isinstance(error, OSError) else None
    if number in DISK_FULL_ERRNOS and isinstance(error, OSError):
        return _print_error(f"cannot write: {error.strerror}", "free some disk space: df -h", EXHAUSTED)
    if number in LIMIT_ERRNOS or isinstance(error, MemoryError) or str(error) == NO_THREAD:
        problem = "the system gives too little memory, or too few open files or threads"
        return _print_error(problem, "raise the limits: ulimit -a", EXHAUSTED)
    return 0


def _print_error(message: str, hint: str, code: int) -> int:
    warn(message, hint)
    return code


def _report_internal_error(error: Exception) -> int:
    """Prints where the error was raised, not its message, which may quote scanned code."""
    import traceback  # noqa: PLC0415 -- slow to import

    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "scangate" in Path(frame.filename).parts]
    steps = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-4:])
    message = f"internal error in scangate {__version__}; discard the results of this run: {type(error).__name__} at {steps}"
    return _print_error(message, "report these two lines, with the output of: scangate scanners", INTERNAL_ERROR)
