"""Each job is reported once, with its result or with a reason, whatever the cluster does to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from typing import Any

import pytest
from distributed import KilledWorker

from scangate.fleet.dask_cluster import run_jobs
from scangate.fleet.repository_address import RepositoryAddress
from scangate.fleet.repository_list import RepositoryEntry
from scangate.fleet.repository_record import incomplete_record
from scangate.fleet.worker import AuditResult, Job

WORKER: Any = "worker"
DIED = KilledWorker("audit", WORKER, 1)


class Future:
    """An ended job: ``error`` is the job's exception, ``result`` what fetching its result returns or raises."""

    def __init__(self, key: str, error: BaseException | None, result: Any, status: str) -> None:
        self.key, self.status = key, status
        self._error, self._result = error, result

    def exception(self, timeout: float) -> BaseException | None:
        return self._error

    def result(self, timeout: float) -> Any:
        if isinstance(self._result, BaseException):
            raise self._result
        return self._result

    def add_done_callback(self, callback: Callable[[Future], None]) -> None:
        callback(self)

    def cancel(self) -> None:
        """Does nothing: the job has ended."""


class Client:
    """A cluster of two workers. ``endings``: how the attempts of each job end; the last is repeated."""

    def __init__(self, endings: dict[str, Sequence[tuple[BaseException | None, Any, str]]]) -> None:
        self.status = "running"
        self._endings = {name: list(tries) for name, tries in endings.items()}

    def submit(self, step: Any, job: Job, *, key: str, pure: bool) -> Future:
        tries = self._endings[job.repository.name]
        return Future(key, *(tries.pop(0) if len(tries) > 1 else tries[0]))

    def nthreads(self) -> dict[str, int]:
        return {"one": 1, "two": 1}


def job(name: str) -> Job:
    return Job(RepositoryEntry(name, RepositoryAddress("", f"/srv/{name}")), "key", "", "", "", 60.0, 1, "", "mark")


def answer(name: str) -> AuditResult:
    return AuditResult(incomplete_record(job(name).repository, "key", "any reason"), {})


WELL = (None, answer("odd"), "finished")


@pytest.mark.parametrize(
    "first",
    [
        (DIED, None, "error"),
        (None, DIED, "error"),
        (None, TimeoutError(), "pending"),
    ],
    ids=["its worker died", "its worker died with the result", "its result is being computed again"],
)
def test_a_job_whose_worker_died_runs_again_alone(first: tuple[BaseException | None, Any, str]) -> None:
    results: dict[str, tuple[AuditResult | None, str]] = {}
    client = Client({"odd": [first, WELL], "good": [WELL]})
    run_jobs(
        client,
        [job("odd"), job("good")],
        lambda job, result, reason: results.update({job.repository.name: (result, reason)}),
        lambda: False,
    )
    assert results == {"odd": (WELL[1], ""), "good": (WELL[1], "")}


@pytest.mark.parametrize(
    "ending",
    [
        (DIED, None, "error"),
        (None, DIED, "error"),
        (MemoryError(), None, "error"),
        (None, CancelledError(), "cancelled"),
        (None, OSError(), "lost"),
    ],
)
def test_a_job_without_a_result_is_reported_once_with_a_reason(ending: tuple[BaseException | None, Any, str]) -> None:
    calls: list[tuple[str, AuditResult | None, str]] = []
    client = Client({"odd": [ending], "good": [WELL]})
    jobs = [job("odd"), job("good")]
    run_jobs(client, jobs, lambda job, result, reason: calls.append((job.repository.name, result, reason)), lambda: False)
    assert len(calls) == 2
    results = {name: (result, reason) for name, result, reason in calls}
    assert results["good"] == (WELL[1], "")
    assert results["odd"][0] is None
    assert results["odd"][1]
