"""The worker that reads secrets has no library to send them with."""

from __future__ import annotations

import subprocess
import sys

WORKER = "import sys, scangate.tools.detect_secrets_worker\n"


def output_of(program: str) -> str:
    """What a program prints that has imported the worker."""
    return subprocess.run([sys.executable, "-I", "-c", WORKER + program], capture_output=True, text=True, check=True).stdout.strip()


def test_the_worker_imports_no_http_library() -> None:
    assert output_of("print(sorted({'urllib3', 'http.client', 'ssl'} & sys.modules.keys()))") == "[]"


def test_a_plugin_cannot_verify_a_secret_with_its_provider() -> None:
    asks = "from detect_secrets.plugins.stripe import StripeDetector\n"
    asks += "try:\n    StripeDetector().verify('sk_live_' + 24 * 'a')\nexcept AttributeError as fault:\n    print(fault)"
    assert "'requests' has no attribute" in output_of(asks)
