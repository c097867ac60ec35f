"""The scanners that come with scangate, one file each; a tool's answer is read strictly or not believed."""

from __future__ import annotations

from scanners.scan.plugin import Scanner
from scanners.tools import bandit, detect_secrets, pip_audit, semgrep
from scanners.tools.sarif_command import Options as CommandOptions
from scanners.tools.sarif_command import SarifCommand

__all__ = ["BUILT_IN", "CommandOptions", "SarifCommand"]

BUILT_IN: dict[str, Scanner] = {
    bandit.NAME: bandit,
    semgrep.NAME: semgrep,
    detect_secrets.NAME: detect_secrets,
    pip_audit.NAME: pip_audit,
}
