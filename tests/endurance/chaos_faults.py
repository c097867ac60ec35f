"""The faults: what is wrong from the start of a scan, and what happens in its midst."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from tests.endurance.chaos_site import Conditions, Site

DISK_KB = (0, 64, 256, 1024, 4096, 16384)
YEAR_SECONDS = 365 * 24 * 3600
LIBFAKETIME = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))  # of the Debian package libfaketime
TOOLS = ("bandit", "semgrep", "pysemgrep", "pip-audit")
REPLACEMENTS = ("import sys\nsys.exit(0)\n", "print('{}')\n", "import os\nos.abort()\n", None)
SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}

Before = Callable[[Site, Random], Conditions]
During = Callable[[Site, subprocess.Popen[bytes], Random], str]


def limit_file_size(site: Site, draw: Random) -> Conditions:
    """Writing ends with an error, as on a full disk, once a file has so many kilobytes."""
    blocks = draw.choice(DISK_KB)
    return Conditions(limits=f"ulimit -f {blocks}", detail=f"{blocks} blocks")


def fill_disk(site: Site, draw: Random) -> Conditions:
    """Temporary files are on a disk with so many kilobytes; needs the right to mount one, else as `limit_file_size`."""
    size = draw.choice(DISK_KB[1:])
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(site.temp)], capture_output=True, check=False
    )
    return Conditions(detail=f"{size} kB") if done.returncode == 0 else limit_file_size(site, draw)


def lock_cache(site: Site, draw: Random) -> Conditions:
    """The cache may be read, not written. An administrator may write it all the same: then it is a link to nowhere."""
    site.cache.mkdir(exist_ok=True)
    if os.geteuid() != 0:
        site.cache.chmod(0o500)
        return Conditions(detail="no permission")
    for file in site.cache.iterdir():
        file.unlink()
    (site.cache / "answers.sqlite").mkdir()
    return Conditions(detail="a folder in its place")


def damage_cache(site: Site, draw: Random) -> Conditions:
    """Some bytes of the cache are not what they were."""
    file = site.cache / "answers.sqlite"
    if not file.exists() or not (data := bytearray(file.read_bytes())):
        return Conditions(detail="no cache")
    for _ in range(draw.randrange(1, 200)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    file.write_bytes(data[: draw.choice((len(data), draw.randrange(len(data))))])
    return Conditions()


def set_clock_back(site: Site, draw: Random) -> Conditions:
    """The clock shows an earlier year; without libfaketime, all files are from the future."""
    years = draw.randrange(1, 30)
    if LIBFAKETIME:
        env = {"LD_PRELOAD": str(LIBFAKETIME[0]), "FAKETIME": f"-{years * 365}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return Conditions(env, detail=f"{years} years")
    future = time.time() + years * YEAR_SECONDS
    for file in (*site.cache.rglob("*"), *site.tree.rglob("*")):
        os.utime(file, (future, future))
    return Conditions(detail=f"files are {years} years older")


def limit_memory(site: Site, draw: Random) -> Conditions:
    """Each process has so many megabytes of addresses."""
    size = draw.choice((60, 120, 200, 300, 500, 800, 1500))
    return Conditions(limits=f"ulimit -v {size * 1024}", detail=f"{size} MB", codes=frozenset({126, 127, -signal.SIGSEGV}))


def limit_descriptors(site: Site, draw: Random) -> Conditions:
    """Each process may open so many files."""
    count = draw.choice((6, 10, 14, 18, 24, 32, 48))
    return Conditions(limits=f"ulimit -n {count}", detail=f"{count} files")


def kill_process(site: Site, scan: subprocess.Popen[bytes], draw: Random) -> str:
    """SIGKILL to the scan or a program that it has started."""
    number = draw.choice(site.processes() or [scan.pid])
    name = "the scan" if number == scan.pid else _name(number)
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)
    return name


def _name(number: int) -> str:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        return " ".join(word.decode("utf-8", "replace").rpartition("/")[2] for word in words[:3])
    return "a program"


def send_signal(site: Site, scan: subprocess.Popen[bytes], draw: Random) -> str:
    """SIGINT, SIGTERM or SIGHUP to the scan, or to its group as a terminal does."""
    number, group = draw.choice(list(SIGNALS)), draw.random() < 0.3
    with contextlib.suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(scan.pid, number)
    return f"{number.name}{' to the group' if group else ''}"


def replace_tool(site: Site, scan: subprocess.Popen[bytes], draw: Random) -> str:
    """A tool is another program from now on, or gone."""
    tool, code = draw.choice(TOOLS), draw.choice(REPLACEMENTS)
    if code is None:
        (site.tools.bin / tool).unlink(missing_ok=True)
    else:
        site.tools.write(tool, code)
    return f"{tool}: {'gone' if code is None else code.splitlines()[-1]}"


def change_file(site: Site, scan: subprocess.Popen[bytes], draw: Random) -> str:
    """A file of the tree is replaced by harmless text, shortened or deleted."""
    name = draw.choice([name for name in site.files if not name.startswith("backup")])
    file, way = site.tree / name, draw.choice(("replaced", "shortened", "deleted", "a folder"))
    site.touched.add(name)
    if way == "shortened":
        os.truncate(file, draw.randrange(file.stat().st_size))
    else:
        file.unlink()
        if way == "replaced":
            file.write_text("harmless = 1\n", "utf-8")
        elif way == "a folder":
            file.mkdir()
    return f"{name}: {way}"


BEFORE: Mapping[str, Before] = {
    "limited file size": limit_file_size,
    "full disk": fill_disk,
    "unwritable cache": lock_cache,
    "damaged cache": damage_cache,
    "clock set back": set_clock_back,
    "limited memory": limit_memory,
    "no descriptors": limit_descriptors,
}
DURING: Mapping[str, During] = {
    "kill -9": kill_process,
    "signal": send_signal,
    "tool replaced": replace_tool,
    "file changed": change_file,
}
WEIGHTS = {"kill -9": 4, "signal": 2}
"""How often a fault is drawn, where not once: there are more moments than limits."""
