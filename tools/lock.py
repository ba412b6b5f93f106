"""Resolve requirements/*.in into locks that pin every package by hash and name no package index."""

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
OPTIONS = ["--quiet", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--universal", "--python-version", "3.11"]
OPTIONS += ["--override", "overrides.txt"]


def main() -> None:
    """Write core.txt, build.txt and dev.txt; the tools never change what the house runs on."""
    env = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    for name, bound in (("core", []), ("build", []), ("dev", ["-c", "core.txt"])):
        command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *bound, f"{name}.in", "-o", f"{name}.txt"]
        subprocess.run(command, cwd=FOLDER, env=env, check=True)


if __name__ == "__main__":
    main()
