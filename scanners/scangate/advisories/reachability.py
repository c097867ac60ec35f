"""Finds out quickly whether an advisory service answers, before a tool waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

import requests

TIMEOUTS = (3.0, 5.0)  # seconds, to connect and to answer
MAX_SECONDS = 6.0
"""From the start of the probe; a name server that does not answer blocks a thread for longer."""
USER_AGENT = "scangate (advisory services)"
PROXY_WANTS_PASSWORD = 407


class ServiceProbe:
    """Requests to several services, by name, at the same time; through the proxy of the environment if there is one."""

    def __init__(self, urls: Mapping[str, str], max_seconds: float = MAX_SECONDS) -> None:
        """Starts the requests. ``max_seconds``: how long all of them together may take."""
        self._end = time.monotonic() + max_seconds
        self._failures: dict[str, str] = {}
        self._threads = {name: threading.Thread(target=self._ask, args=(name, url), daemon=True) for name, url in urls.items()}
        for thread in self._threads.values():
            thread.start()

    def failure(self, name: str) -> str:
        """Why the service does not answer, empty if it does. Any HTTP status is an answer. Waits for it if necessary."""
        self._threads[name].join(max(self._end - time.monotonic(), 0))
        return self._failures.get(name, "it does not answer")

    def _ask(self, name: str, url: str) -> None:
        self._failures[name] = _failure(url)


def _failure(url: str) -> str:
    """Why ``url`` does not answer, without any text of the server or the proxy; empty if it does."""
    try:
        with requests.get(url, timeout=TIMEOUTS, headers={"User-Agent": USER_AGENT}, stream=True) as answer:
            return "the proxy wants a password" if answer.status_code == PROXY_WANTS_PASSWORD else ""
    except requests.exceptions.ProxyError:
        return "the proxy does not connect to it"
    except requests.exceptions.SSLError:
        return "its certificate is not trusted"
    except requests.exceptions.Timeout:
        return "it does not answer"
    except (requests.exceptions.RequestException, OSError, ValueError):
        return "there is no connection to it"
