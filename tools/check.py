"""Run every check that needs no running house, show each one's output only where it fails, and end with the first problem's number."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS = {
    "style": ["ruff", "check", "."],
    "form": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "contracts": ["lint-imports"],
    # Sizes, words, foreign keys, migrations, the OpenAPI snapshot.
    "house": ["python", "-m", "pytest", "-q", "tests/house"],
}


def main() -> int:
    """Run the checks one after the other; all of them, so that one run shows every problem."""
    failed = []
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    for name, (program, *words) in CHECKS.items():
        began = time.monotonic()
        done = subprocess.run([BIN / program, *words], cwd=ROOT, env=env, check=False, capture_output=True, text=True)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:<11} {verdict:<7} {time.monotonic() - began:6.1f} s", flush=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr, flush=True)
            failed.append(name)
    if failed:
        print(f"Not in order: {', '.join(failed)}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
