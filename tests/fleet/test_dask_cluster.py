"""Whatever a cluster does to a job, it is told once: with its answer, or with the reason why there is none."""

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

WORKER: Any = "worker"  # its name is all that is told of it
DIED = KilledWorker("audit", WORKER, 1)


class Future:
    """A job that ended in one of the ways that Dask has: ``error`` is what it says of itself, ``result`` what comes of asking."""

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
        """Nothing is at work."""


class Client:
    """A cluster of two workers in which the tries of each job end as ``endings`` tell, the last one again and again."""

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
    return AuditResult(incomplete_record(job(name).repository, "key", "it is of no account here"), {})


WELL = (None, answer("odd"), "finished")


@pytest.mark.parametrize(
    "first",
    [
        (DIED, None, "error"),
        (None, DIED, "error"),
        (None, TimeoutError(), "pending"),
    ],
    ids=["its worker died", "its worker died with the answer, and so did the next", "its answer is being made anew"],
)
def test_what_died_with_its_worker_is_tried_again_by_itself(first: tuple[BaseException | None, Any, str]) -> None:
    told: dict[str, tuple[AuditResult | None, str]] = {}
    client = Client({"odd": [first, WELL], "good": [WELL]})
    run_jobs(
        client,
        [job("odd"), job("good")],
        lambda job, answer, why: told.update({job.repository.name: (answer, why)}),
        lambda: False,
    )
    assert told == {"odd": (WELL[1], ""), "good": (WELL[1], "")}


@pytest.mark.parametrize(
    ("ending", "why"),
    [
        ((DIED, None, "error"), "its worker died again and again"),
        ((None, DIED, "error"), "its worker died again and again"),
        ((MemoryError(), None, "error"), "a fault of its worker: MemoryError"),
        ((None, CancelledError(), "cancelled"), "the cluster lost it"),
        ((None, OSError(), "lost"), "the cluster lost it"),
    ],
)
def test_what_has_no_answer_is_told_once_with_the_reason(ending: tuple[BaseException | None, Any, str], why: str) -> None:
    told: list[tuple[str, AuditResult | None, str]] = []
    client = Client({"odd": [ending], "good": [WELL]})
    run_jobs(
        client, [job("odd"), job("good")], lambda job, answer, why: told.append((job.repository.name, answer, why)), lambda: False
    )
    said = {name: (answer, why) for name, answer, why in told}
    assert len(told) == 2
    assert said["good"] == (WELL[1], "")
    assert said["odd"][0] is None
    assert said["odd"][1].startswith(why)
