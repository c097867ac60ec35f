"""Hands the repositories of a fleet to Dask's workers, and takes back answers or the news that there is none; knows no verdict."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from scangate.errors import UsageError
from scangate.fleet.worker import AuditResult, Job, audit_repository

__all__ = ["OnResult", "local_cluster", "remote_cluster", "run_jobs"]

MAX_WORKER_DEATHS = 2  # of workers that one repository may cost among others, and as many again when it is alone
CLUSTER_TIMEOUT = 30.0
POLL_SECONDS = 0.2
INSTALL_HINT = "pip install 'scangate[fleet]'"
LOOPBACK = ("127.", "localhost", "[::1]")

OnResult = Callable[[Job, AuditResult | None, str], None]
"""A job, and its answer, or None and the reason why there is none."""


@contextlib.contextmanager
def local_cluster(workers: int, folder: Path) -> Iterator[Any]:
    """A Dask client of a cluster on this machine, one repository a worker; nobody else on the machine can speak to it (TLS)."""
    dask, distributed = _import_dask()
    settings = {"distributed.scheduler.worker-saturation": 1.0, "distributed.scheduler.allowed-failures": MAX_WORKER_DEATHS - 1}
    with dask.config.set(settings), _isolated_workers(), contextlib.ExitStack() as stack:
        try:
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,  # what takes memory is the scan, a program of its own
                dashboard_address=None,
                security=True,
                local_directory=str(folder),
                silence_logs=logging.CRITICAL,
            )
        except ImportError as error:  # TLS needs cryptography
            raise UsageError("the fleet's local cluster needs cryptography", INSTALL_HINT) from error
        stack.enter_context(cluster)
        yield stack.enter_context(distributed.Client(cluster, set_as_default=False))


@contextlib.contextmanager
def remote_cluster(address: str, *, has_credentials: bool) -> Iterator[Any]:
    """A Dask client of the cluster whose scheduler is at ``address``. UsageError where it does not answer or has no workers.

    ``secret``: there are credentials among what is to be sent, which goes over an unencrypted line to this machine alone.
    """
    _, distributed = _import_dask()
    protocol, _, place = address.partition("://")
    if protocol not in ("tcp", "tls") or not place:
        raise UsageError(f"not the address of a Dask scheduler: {address}", "scangate fleet LIST --scheduler tls://HOST:8786")
    if has_credentials and protocol == "tcp" and not place.startswith(LOOPBACK):
        raise UsageError(
            "the list holds credentials, which would go to the workers unencrypted",
            "give the scheduler TLS (tls://HOST:8786), or the workers ssh keys of their own",
        )
    for name in ("distributed", "distributed.client"):  # the client's has a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(address, set_as_default=False, timeout=CLUSTER_TIMEOUT)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(
            f"the scheduler at {address} does not answer", f"start one, with workers: dask scheduler; dask worker {address}"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CLUSTER_TIMEOUT)
        except TimeoutError as error:
            raise UsageError(f"the scheduler at {address} has no workers", f"start one: dask worker {address}") from error
        yield client


def _import_dask() -> tuple[Any, Any]:
    try:
        import dask  # noqa: PLC0415 -- takes seconds, and is an extra
        import distributed  # noqa: PLC0415
    except ImportError as error:
        raise UsageError("a fleet needs Dask, which is not installed", INSTALL_HINT) from error
    return dask, distributed


@contextlib.contextmanager
def _isolated_workers() -> Iterator[None]:
    """Workers start as new Pythons, which would look for modules in the current folder and in PYTHONPATH first."""
    former = {name: os.environ.get(name) for name in ("PYTHONSAFEPATH", "PYTHONPATH")}
    os.environ["PYTHONSAFEPATH"] = "1"
    os.environ.pop("PYTHONPATH", None)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_jobs(client: Any, jobs: Sequence[Job], on_result: OnResult, cancelled: Callable[[], bool]) -> None:
    """Has every job done and tells each as it ends; comes back early, with jobs untold, only where it is cancelled.

    A worker's death is blamed on all that it had been given. So no worker is given more than it can begin, and what seems to have
    killed its workers is tried again by itself: only what kills a worker when alone is given up.
    """
    suspects = _run_round(client, jobs, on_result, cancelled, alone=False)
    for job in suspects:
        for guilty in _run_round(client, [job], on_result, cancelled, alone=True):
            on_result(guilty, None, "its worker died again and again, also when it was the only one at work")


def _run_round(client: Any, jobs: Sequence[Job], on_result: OnResult, cancelled: Callable[[], bool], *, alone: bool) -> list[Job]:
    """Does the jobs, as many at a time as there are workers, and gives back those that seem to have killed theirs."""
    waiting, flying, suspects = deque(jobs), dict[str, tuple[Job, Any]](), list[Job]()
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()
    while (waiting or flying) and not cancelled():
        while waiting and len(flying) < _capacity(client):
            job = waiting.popleft()
            future = client.submit(
                audit_repository, job, key=f"{job.repository.name}-{'alone' if alone else 'first'}-{job.request_digest}", pure=False
            )
            flying[future.key] = (job, future)
            future.add_done_callback(lambda future: ended.put(future.key))
        try:
            keys = [ended.get(timeout=POLL_SECONDS)]
        except queue.Empty:
            keys = list(flying) if client.status == "closed" else []
        for job, future in (flying.pop(key) for key in keys):
            if _handle_result(job, future, on_result):
                suspects.append(job)
        if client.status == "closed":
            for job in waiting:
                on_result(job, None, "the cluster was lost before it was begun")
            waiting.clear()
    for _, future in flying.values():
        future.cancel()
    return suspects


def _capacity(client: Any) -> int:
    """How many repositories may be at work: one for each thread of a worker, and one where all workers are being replaced."""
    try:
        threads: int = sum(client.nthreads().values())
        return max(1, threads)
    except (OSError, TimeoutError):
        return 1


def _handle_result(job: Job, future: Any, on_result: OnResult) -> bool:
    """Tells what became of a job; True where all that is known is that its workers died.

    A worker holds its answers until they are fetched: one that dies too early takes them along, and the cluster makes them anew.
    """
    from distributed import KilledWorker  # noqa: PLC0415 -- as above

    try:
        error = future.exception(timeout=CLUSTER_TIMEOUT)
        answer = None if error is not None else future.result(timeout=CLUSTER_TIMEOUT)
    except KilledWorker:
        return True
    except (OSError, TimeoutError, CancelledError):
        if future.status == "pending":
            return True
        on_result(job, None, "the cluster lost it")
        return False
    if not isinstance(error, KilledWorker):
        on_result(job, answer, f"a fault of its worker: {type(error).__name__}" if error is not None else "")
        return False
    return True
