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

# Everything for one version, beside the others: each has one of two processors, and most of the time goes into its installation.
smoke() {
  local version=$1 python venv=.work/smoke-$1
  if ! python=$(find_python "$version" 2>/dev/null); then
    echo "smoke: Python $version is not installed, left out"
    [ -z "${CI:-}" ]
    return
  fi
  if [ ! -e "$venv/.ready" ] || [ pyproject.toml -nt "$venv/.ready" ]; then
    "$python" -m venv "$venv" &&
      "$venv/bin/pip" install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' &&
      "$venv/bin/pip" install --quiet --disable-pip-version-check --editable ".[attest,aws,fleet]" --group test &&
      touch "$venv/.ready" || return 1
  fi
  echo "smoke: $("$venv/bin/python" --version)"
  "$venv/bin/pytest" -m smoke
}

mkdir -p .work
declare -A running
for version in "$@"; do
  smoke "$version" >".work/smoke-$version.log" 2>&1 &
  running[$version]=$!
done
failed=0
for version in "$@"; do
  wait "${running[$version]}" || failed=1
  cat ".work/smoke-$version.log"
done
exit "$failed"
