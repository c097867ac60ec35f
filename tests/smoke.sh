#!/usr/bin/env bash
# Installs the package and runs the smoke tests on each Python named: tests/smoke.sh 3.12 3.13
# A Python that is not there is left out, and said; where CI is set it is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

# The program of a Python version: on the PATH, else among pyenv's.
find_python() {
  if "python$1" --version >/dev/null 2>&1; then
    command -v "python$1"
  elif command -v pyenv >/dev/null; then
    echo "$(pyenv prefix "$(pyenv latest "$1")")/bin/python"
  else
    return 1
  fi
}

for version in "$@"; do
  if ! python=$(find_python "$version" 2>/dev/null); then
    echo "smoke: Python $version is not installed, left out"
    [ -z "${CI:-}" ] || exit 1
    continue
  fi
  venv=.work/smoke-$version
  if [ ! -e "$venv/.ready" ] || [ pyproject.toml -nt "$venv/.ready" ]; then
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
    "$venv/bin/pip" install --quiet --disable-pip-version-check --editable ".[attest,aws,fleet]" --group test
    touch "$venv/.ready"
  fi
  echo "smoke: $("$venv/bin/python" --version)"
  "$venv/bin/pytest" -m smoke -n 2
done
