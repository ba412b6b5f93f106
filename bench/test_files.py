"""What looks for faults in readers finds them: one that raises, one that ends its process, one that says nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.endure import files
from bench.endure.importers import Answer, Importer
from bench.endure.mutants import mutant

SEEDS = [b"one\ntwo\n", b"three,4,5\n"]


def raising(data: bytes) -> Answer:
    """As a reader that did not think of a comma."""
    if b"," in data:
        raise KeyError(",")
    return Answer(1, [])


def ending(data: bytes) -> Answer:
    """As a library in C that falls."""
    if b"," in data:
        os._exit(11)
    return Answer(1, [])


def silent(data: bytes) -> Answer:
    """As one that finds nothing and says nothing."""
    return Answer(0 if b"," in data else 1, [])


def named_badly(data: bytes) -> Answer:
    """As one that says where, and what a library raised."""
    return Answer(0, [(1, "KeyError")])


@pytest.fixture(autouse=True)
def _kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "KEPT", tmp_path)
    monkeypatch.setattr(files, "ROOT", tmp_path)


@pytest.mark.parametrize(
    ("read", "said"), [(raising, "KeyError"), (ending, "ended with 11"), (silent, "nothing said"), (named_badly, "no sentence")]
)
def test_a_fault_is_found_named_and_kept(read: Callable[[bytes], Answer], said: str, tmp_path: Path) -> None:
    counts, fault = files.in_a_process(Importer("some", SEEDS, read), 50, seed=1)
    assert said in fault
    assert fault.startswith(f"some, mutant {counts['done'] - (said != 'ended with 11')} of seed 1")
    [kept] = tmp_path.iterdir()
    assert kept.read_bytes() == mutant("1:some:" + kept.name.rpartition("-")[2], SEEDS)
    assert read is named_badly or b"," in kept.read_bytes()


def test_a_reader_without_faults_reads_them_all() -> None:
    counts, fault = files.in_a_process(Importer("some", SEEDS, lambda data: Answer(len(data), [])), 200, seed=1)
    assert (counts["done"], counts["read"], fault) == (200, 200, "")


def test_mutants_follow_from_the_seed_alone() -> None:
    made = {mutant(f"1:x:{number}", SEEDS) for number in range(500)}
    assert made == {mutant(f"1:x:{number}", SEEDS) for number in range(500)}
    assert len(made) > 350
