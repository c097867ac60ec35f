#!/usr/bin/env bash
# Installs the package and runs the smoke tests on each Python named that is there: tests/smoke.sh 3.12 3.13
set -euo pipefail
cd "$(dirname "$0")/.."
for version in "$@"; do
  python=$(command -v "python$version" || true)
  if [ -z "$python" ] || ! "$python" --version >/dev/null 2>&1; then
    echo "smoke: python$version is not installed, left out"
    continue
  fi
  venv=.work/smoke-$version
  if [ ! -e "$venv/.ready" ] || [ pyproject.toml -nt "$venv/.ready" ]; then
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
    "$venv/bin/pip" install --quiet --disable-pip-version-check --editable . --group test
    touch "$venv/.ready"
  fi
  echo "smoke: $("$python" --version)"
  "$venv/bin/pytest" -m smoke
done
