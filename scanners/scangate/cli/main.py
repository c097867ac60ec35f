"""The command line: its options, the one place where the program ends, and what it says when it is our own fault."""

from __future__ import annotations

from scangate.cli import import_path

import_path.remove_pythonpath()

import errno  # noqa: E402 -- nothing before the import path is clean
import gc  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import click  # noqa: E402

from scangate import __version__  # noqa: E402
from scangate.cli.console import configure_streams, silence_broken_pipes, warn  # noqa: E402
from scangate.cli.lazy_group import LazyGroup  # noqa: E402
from scangate.errors import ScangateError  # noqa: E402

__all__ = ["main"]

USAGE, DISK_FULL, INTERNAL_ERROR, INTERRUPTED, BROKEN_PIPE = 2, 3, 70, 130, 141
GC_THRESHOLDS = (1_000_000, 20, 100)  # a scan makes many small values that live to its end, and little garbage
DISK_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
COMMANDS = {
    "scan": "Scan a directory, or what is staged, and judge it.",
    "merge": "Join the parts of a sharded scan and judge them.",
    "fleet": "Audit many repositories and roll their verdicts up.",
    "gate": "Judge a verdict.json again under another policy.",
    "explain": "Tell why a finding blocks, how to mend it, how to waive it.",
    "baseline": "Create, update and show what is known already.",
    "waive": "Write an exception into the policy file.",
    "policy": "Check and show policies.",
    "advisories": "Update, import and show the local advisory store.",
    "attest": "Bind a verdict to what ships, signed.",
    "verify": "Let through what was attested, and nothing else.",
    "publish": "Send a verdict.json on: metrics and more.",
    "cache": "Show and clear what is kept of earlier scans.",
    "init": "Write a buildspec, a policy and a hook that fit the repository.",
    "snippet": "List and print ready buildspecs, hooks and templates.",
    "scanners": "List the scanners: installed version, what they read.",
}


@click.group(
    cls=LazyGroup,
    told=COMMANDS,
    package="scangate.cli",
    heading="Commands",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="scangate", message="%(prog)s %(version)s")
def cli() -> None:
    """A security gate: bandit, semgrep, detect-secrets and pip-audit behind one policy.

    Exit codes: 0 pass, 1 the policy fails the build, 2 usage or policy error (nothing scanned), 3 incomplete (something was not
    read), 4 published in part or not at all, 70 a fault of scangate itself, 130 and 143 interrupted.
    """


def main() -> None:
    """Runs the program and ends it."""
    configure_streams()
    gc.set_threshold(*GC_THRESHOLDS)
    code = _run()
    silence_broken_pipes()
    gc.freeze()  # the interpreter would look through all of it once more for garbage before it ends
    sys.exit(code)


def _run() -> int:  # noqa: PLR0911 -- the switch from outcomes to exit codes
    if not _has_working_directory():
        return _print_error("the current directory is gone", "cd to one that is there", USAGE)
    try:
        result: Any = cli.main(prog_name="scangate", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx is not None else "scangate"
        return _print_error(error.format_message(), f"{where} --help", USAGE)
    except ScangateError as error:
        from scangate.scan.masking import mask_tokens  # noqa: PLC0415 -- only needed when something is wrong

        return _print_error(mask_tokens(error.message), mask_tokens(error.hint), USAGE)  # a policy's key may be a token by mistake
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE  # as of a program that dies of SIGPIPE; a scan and a gate keep their verdict's code
    except OSError as error:
        return (
            _print_error(f"cannot write: {error.strerror}", "make room: df -h", DISK_FULL)
            if error.errno in DISK_FULL_ERRNOS
            else _report_internal_error(error)
        )
    except Exception as error:  # noqa: BLE001 -- the end of the line: no traceback for the user, and never exit code 0 or 1
        return _report_internal_error(error)
    return result if isinstance(result, int) else 0


def _has_working_directory() -> bool:
    try:
        return Path.cwd().is_dir()
    except OSError:
        return False


def _print_error(message: str, hint: str, code: int) -> int:
    warn(f"scangate: {message}")
    if hint:
        warn(f"hint: {hint}")
    return code


def _report_internal_error(error: Exception) -> int:
    """Where it happened, by file and line: never the message, which may quote what was scanned."""
    import traceback  # noqa: PLC0415 -- only needed when something is wrong

    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "scangate" in Path(frame.filename).parts]
    steps = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-4:])
    message = (
        f"this is a fault of scangate {__version__} itself, and nothing it said can be relied on: {type(error).__name__} at {steps}"
    )
    return _print_error(message, "report these two lines, with the output of: scangate scanners", INTERNAL_ERROR)
