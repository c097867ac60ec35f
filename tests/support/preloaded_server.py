"""Runs ``scangate`` in forks of itself, for `tests.support.preloaded`: a program of its own, with its modules loaded once.

Each request on the socket is a JSON object (arguments, folder, variables) with two descriptors, for standard output and error. The
answer is two lines: the process id, and once it is over its exit code, negative for a signal.
"""

import gc
import importlib
import json
import os
import pkgutil
import socket
import sys
import tempfile
from typing import Any

import scangate.app
import scangate.cli
from scangate.cli.main import main

LENGTH = 4  # bytes of a request's length


def preload() -> None:
    """Imports what nearly every command imports."""
    for package in (scangate.app, scangate.cli):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    if tempfile.tempdir is not None:
        raise RuntimeError("the folder for temporary files is that of this process, not of its forks")
    gc.freeze()


def serve(connection: socket.socket) -> None:
    """Answers requests until the other end is closed; returns in each fork, ready to run the command."""
    while head := connection.recv(LENGTH, socket.MSG_WAITALL):
        _, descriptors, _, _ = socket.recv_fds(connection, 1, 2)
        request = json.loads(connection.recv(int.from_bytes(head), socket.MSG_WAITALL))
        child = os.fork()
        if child == 0:
            connection.close()
            become(request, descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(f"{child}\n".encode())
        connection.sendall(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())
    sys.exit()


def become(request: dict[str, Any], descriptors: list[int]) -> None:
    """Takes the arguments, the folder, the variables and the streams of a request."""
    for target, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), *descriptors)):
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv = ["scangate", *request["arguments"]]


if __name__ == "__main__":
    preload()
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        serve(requests)
    main("scangate")
