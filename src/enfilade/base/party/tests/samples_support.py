"""The public sample files beside the repository; tests on them are skipped, counted as skipped, where they are absent."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[6] / "shared" / "samples"
OWN = Path(__file__).parent / "files"


def samples(folder: str, *endings: str) -> list[object]:
    """The files of one folder as parameters of a test, or one skipped parameter that says why."""
    found = sorted(path for path in (FOLDER / folder).glob("*") if path.suffix in endings)
    if not found:
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no public sample files in {folder}"), id=folder)]
    return [pytest.param(path, id=path.name) for path in found]


def own(*endings: str) -> list[object]:
    """The files that we wrote, as parameters of a test."""
    return [pytest.param(path, id=path.name) for path in sorted(OWN.glob("*")) if path.suffix in endings and path.name != ".gitattributes"]
