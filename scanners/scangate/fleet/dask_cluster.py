"""Run the audits of a fleet on Dask workers, and handle lost workers."""

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

MAX_WORKER_DEATHS = 2  # that one repository may cause, first among others, then alone
CLUSTER_TIMEOUT = 30.0
POLL_SECONDS = 0.2
INSTALL_HINT = "pip install 'scangate[fleet]'"
LOOPBACK = ("127.", "localhost", "[::1]")

OnResult = Callable[[Job, AuditResult | None, str], None]
"""Called with a job and its result, or None and the reason why there is none."""


@contextlib.contextmanager
def local_cluster(workers: int, folder: Path) -> Iterator[Any]:
    """Yield the Dask client of a cluster on this machine. TLS keeps other users out."""
    dask, distributed = _import_dask()
    settings = {"distributed.scheduler.worker-saturation": 1.0, "distributed.scheduler.allowed-failures": MAX_WORKER_DEATHS - 1}
    with dask.config.set(settings), _isolated_workers(), contextlib.ExitStack() as stack:
        try:
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,  # the scan, which needs the memory, is a process of its own
                dashboard_address=None,
                security=True,
                local_directory=str(folder),
                silence_logs=logging.CRITICAL,
            )
        except ImportError as error:  # TLS needs cryptography
            raise UsageError("a local cluster needs the cryptography library", INSTALL_HINT) from error
        stack.enter_context(cluster)
        yield stack.enter_context(distributed.Client(cluster, set_as_default=False))


@contextlib.contextmanager
def remote_cluster(address: str, *, has_credentials: bool) -> Iterator[Any]:
    """Yield a Dask client of the scheduler at ``address``. Raises UsageError if it does not respond or has no workers.

    ``has_credentials``: the jobs contain credentials, which are sent unencrypted to this machine only.
    """
    _, distributed = _import_dask()
    protocol, _, host = address.partition("://")
    if protocol not in ("tcp", "tls") or not host:
        raise UsageError(f"not the address of a Dask scheduler: {address}", "scangate fleet LIST --scheduler tls://HOST:8786")
    if has_credentials and protocol == "tcp" and not host.startswith(LOOPBACK):
        hint = "enable TLS on the scheduler (tls://HOST:8786), or give the workers their own ssh keys"
        raise UsageError("the list contains credentials, which would be sent unencrypted", hint)
    for name in ("distributed", "distributed.client"):  # the second has its own level
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(address, set_as_default=False, timeout=CLUSTER_TIMEOUT)
    except (OSError, TimeoutError, ValueError) as error:
        hint = f"start it, and workers: dask scheduler; dask worker {address}"
        raise UsageError(f"the scheduler at {address} does not respond", hint) from error
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
        raise UsageError("Dask is not installed", INSTALL_HINT) from error
    return dask, distributed


@contextlib.contextmanager
def _isolated_workers() -> Iterator[None]:
    """Keep the current directory and PYTHONPATH off the import path of the workers, which are new Python processes."""
    former = {name: os.environ.pop(name) for name in ("PYTHONSAFEPATH", "PYTHONPATH") if name in os.environ}
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTHONSAFEPATH"]
        os.environ.update(former)


def run_jobs(client: Any, jobs: Sequence[Job], on_result: OnResult, cancelled: Callable[[], bool]) -> None:
    """Run all jobs and report each as it ends; returns early only if cancelled.

    Dask blames a worker's death on all jobs that the worker had. So no worker gets more than it can start, and suspects run again
    alone: only a job that kills a worker when alone is given up.
    """
    for job in _run_round(client, jobs, on_result, cancelled, alone=False):
        for guilty in _run_round(client, [job], on_result, cancelled, alone=True):
            on_result(guilty, None, "its worker died repeatedly, even while it ran no other scan")


def _run_round(client: Any, jobs: Sequence[Job], on_result: OnResult, cancelled: Callable[[], bool], *, alone: bool) -> list[Job]:
    """Run the jobs, as many at a time as there are workers; returns those whose workers died."""
    waiting, running, suspects = deque(jobs), dict[str, tuple[Job, Any]](), list[Job]()
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()
    while (waiting or running) and not cancelled():
        while waiting and len(running) < _capacity(client):
            job = waiting.popleft()
            key = f"{job.repository.name}-{'alone' if alone else 'first'}-{job.request_digest}"
            future = client.submit(audit_repository, job, key=key, pure=False)
            running[future.key] = (job, future)
            future.add_done_callback(lambda future: ended.put(future.key))
        try:
            keys = [ended.get(timeout=POLL_SECONDS)]
        except queue.Empty:
            keys = list(running) if client.status == "closed" else []
        for job, future in (running.pop(key) for key in keys):
            if _handle_result(job, future, on_result):
                suspects.append(job)
        if client.status == "closed":
            for job in waiting:
                on_result(job, None, "the connection to the cluster was lost before it started")
            waiting.clear()
    for _, future in running.values():
        future.cancel()
    return suspects


def _capacity(client: Any) -> int:
    """Return the number of worker threads, at least one: all workers may be restarting."""
    try:
        threads: int = sum(client.nthreads().values())
        return max(1, threads)
    except (OSError, TimeoutError):
        return 1


def _handle_result(job: Job, future: Any, on_result: OnResult) -> bool:
    """Report a job's end, or return True if its workers died.

    A worker keeps results until they are fetched: if it dies before, the cluster runs the job again.
    """
    from distributed import KilledWorker  # noqa: PLC0415 -- as above

    try:
        error = future.exception(timeout=CLUSTER_TIMEOUT)
        result = None if error is not None else future.result(timeout=CLUSTER_TIMEOUT)
    except KilledWorker:
        return True
    except (OSError, TimeoutError, CancelledError):
        if future.status == "pending":
            return True
        on_result(job, None, "the cluster lost it")
        return False
    if isinstance(error, KilledWorker):
        return True
    on_result(job, result, "" if error is None else f"internal error of its worker: {type(error).__name__}")
    return False
