#!python
"""The program ``scangate``: takes off Python's import path what the environment put on it, then starts the command line.

The wheel installs this file as the program, because the console script that an installer writes would import ``scangate`` from
wherever PYTHONPATH leads. Nothing is imported here that Python has not loaded already, not even ``__future__``. What Python itself
runs from there before any program (``sitecustomize``) cannot be undone, so it is refused.
"""

import os
import sys

USAGE, INTERRUPTED = 2, 130
VERIFIER = "scangate-verify"  # the program of a distribution of its own, under this name
HINT = "start it isolated: python -I -m scangate"
VARIABLES = ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONPYCACHEPREFIX", "PYTHONUSERBASE")
OWN_MODULES = ("__main__", "scangate", "scangate.cli", "scangate.cli.launcher")
EARLY_MODULES = ("sitecustomize", "usercustomize")


def start(own_folder: str) -> None:
    """Runs the command line. ``own_folder``: where scangate is, if it is not installed for this Python (``pip --target``)."""
    problem = "" if sys.flags.isolated else secure_import_path(own_folder)
    if problem:
        sys.stderr.write(f"scangate: {problem}\nhint: {HINT}\n")
        sys.exit(USAGE)
    try:
        from scangate.cli.main import main  # noqa: PLC0415 -- only now is the import path safe
    except KeyboardInterrupt:  # `main` has its own answer to one
        sys.exit(INTERRUPTED)
    main(VERIFIER if os.path.basename(sys.argv[0]) == VERIFIER else "scangate")  # noqa: PTH119 -- pathlib is not loaded


def secure_import_path(own_folder: str) -> str:
    """Makes later imports independent of the environment and the current folder; returns what was run from there before."""
    current = _absolute("")
    named = {_absolute(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry}
    user_folder = _absolute(getattr(sys.modules.get("site"), "USER_SITE", None) or "")
    if user_folder in sys.path and _is_in(user_folder, current):
        named.add(user_folder)
    early = _find_early_code(named, user_folder)
    if early:
        return f"{early!a} was run before scangate, from a path that the environment names"
    home = os.environ.get("PYTHONHOME", "")
    if home and not sys.flags.ignore_environment and _is_in(home, current):
        return f"PYTHONHOME ({home!a}) replaces Python's own modules"
    removed = {*named, current, _absolute(os.path.dirname(sys.argv[0]))}  # noqa: PTH120 -- pathlib is not loaded
    removed_own = own_folder in {_absolute(entry) for entry in sys.path} & removed
    sys.path[:] = [entry for entry in sys.path if _absolute(entry) not in removed]
    if removed_own and sys.modules["_frozen_importlib_external"].PathFinder.find_spec("scangate", sys.path) is None:
        sys.path.append(own_folder)
    sys.pycache_prefix = None  # compiled modules are code as well
    if os.environ.get("PYTHONWARNINGS"):
        sys.warnoptions.clear()
        sys.modules["warnings"].resetwarnings()
    for variable in VARIABLES:
        os.environ.pop(variable, None)
    return ""


def _find_early_code(folders: set[str], user_folder: str) -> str:
    """A file in one of ``folders``, or a .pth file in ``user_folder``, that Python has run by itself; empty if there is none."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and name not in OWN_MODULES and _import_folder(name, file) in folders:
            return file
    for folder in sorted(folders & {_absolute(entry) for entry in sys.path}):
        for name in _list_names(folder):
            # a module may hide that it was loaded; a .pth file leaves no trace
            if name.partition(".")[0] in EARLY_MODULES or (name.endswith(".pth") and folder == user_folder):
                return os.path.join(folder, name)  # noqa: PTH118
    return ""


def _list_names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []


def _import_folder(name: str, file: str) -> str:
    """The folder on the import path from which the module ``name`` was loaded."""
    folder = os.path.dirname(_absolute(file))  # noqa: PTH120
    is_package = os.path.basename(file).partition(".")[0] == "__init__"  # noqa: PTH119
    for _ in range(name.count(".") + is_package):
        folder = os.path.dirname(folder)  # noqa: PTH120
    return folder


def _absolute(entry: str) -> str:
    try:
        return os.path.abspath(entry)  # noqa: PTH100 -- as above
    except OSError:  # the current directory was removed, so nothing can be imported from it
        return entry


def _is_in(path: str, folder: str) -> bool:
    return f"{_absolute(path)}/".startswith(f"{folder.rstrip('/')}/")


if __name__ == "__main__":
    start(os.path.dirname(os.path.dirname(_absolute(sys.argv[0]))))  # noqa: PTH120 -- DIR/bin/scangate
