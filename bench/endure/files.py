"""Ten thousand damaged files for every importer: rows or sentences with their place, never a crash, never half of a file.

Every one is read by the reader that production uses; some of them are also taken by the command, in a database (bench.endure.taking).
What a file is like follows from the seed, the importer and its number alone, so that one that was found can be made again.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bench.endure.importers import ROOT, Importer, importers
from bench.endure.mutants import mutant

KEPT = ROOT / ".cache" / "mutants"
MEMORY_MAX_BYTES = 3 * 1024**3
# As long as a reader may take in a process of its own; one that production runs inside a request has far less.
SECONDS_APART_MAX, SECONDS_MAX = 30, 5
HEAD = ("importer", "files", "mutants", "read", "refused", "given up", "ms each", "slowest ms")
HEAD_TAKEN = ("importer", "mutants", "taken", "refused", "ms each")


class TooLong(Exception):
    """A reader was stopped."""


def run(files: int, taken: int, seed: int, only: str = "") -> list[str]:
    """Read `files` mutants with every importer (or those with `only` in their name), then take `taken` of them in a database of their own.

    An importer is done with at its first fault; gives these.
    """
    wanted = []
    for importer in importers():
        if importer.seeds and only in importer.name:
            wanted.append(importer)
        elif only in importer.name:
            _say(f"{importer.name:<18} nothing to start from: the public samples are not here\n")
    faults: list[str] = []
    _say(_row(HEAD))
    for importer in wanted:
        counts, fault = in_a_process(importer, files, seed)
        _say(_row(_read_told(importer, counts)))
        faults += filter(None, [fault])
    _say("\n" + _row(HEAD_TAKEN))
    for importer in wanted:
        counts, fault = _take_some(importer, max(1, files // max(1, taken)), taken, seed)
        _say(_row(_taken_told(importer, counts)))
        faults += filter(None, [fault])
    return faults


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _row(cells: tuple[Any, ...]) -> str:
    first, *rest = cells
    return f"{first:<18}" + "".join(f"{cell:>11}" for cell in rest) + "\n"


def _ms_each(counts: Counter[str]) -> str:
    return f"{counts['us'] / max(1, counts['done']) / 1000:.2f}"


def _read_told(importer: Importer, counts: Counter[str]) -> tuple[Any, ...]:
    some = [counts[name] for name in ("done", "read", "refused", "up")]
    return importer.name, len(importer.seeds), *some, _ms_each(counts), counts["slowest"]


def _taken_told(importer: Importer, counts: Counter[str]) -> tuple[Any, ...]:
    return importer.name, counts["done"], counts["taken"], counts["refused"], _ms_each(counts)


def _take_some(importer: Importer, step: int, number: int, seed: int) -> tuple[Counter[str], str]:
    """Take every so manieth mutant by its command, and two where something can be read; a company that has taken one is not asked again."""
    from bench.endure.taking import stand_of, take

    counts: Counter[str] = Counter()
    stand = stand_of(importer.name)
    for at in _chosen(importer, step, number, seed):
        began = time.perf_counter()
        try:
            was_taken, fault = take(stand, mutant(f"{seed}:{importer.name}:{at}", importer.seeds))
        except Exception:  # noqa: BLE001 - what is looked for
            was_taken, fault = False, traceback.format_exc(limit=-4)
        counts["done"] += 1
        counts["taken" if was_taken else "refused"] += 1
        counts["us"] += int((time.perf_counter() - began) * 1_000_000)
        if fault:
            return counts, _found(importer, seed, at, fault)
        if was_taken:
            stand = stand_of(importer.name)
    return counts, ""


def _chosen(importer: Importer, step: int, number: int, seed: int) -> Iterator[int]:
    """A third as it comes, and twice as many of which the reader understands something: the others end before the database."""
    yield from range(0, step * number // 3, step)
    promising = number - number // 3
    for at in range(step * number):
        if promising <= 0:
            return
        if _is_promising(importer, mutant(f"{seed}:{importer.name}:{at}", importer.seeds)):
            promising -= 1
            yield at


def _is_promising(importer: Importer, data: bytes) -> bool:
    with contextlib.suppress(Exception), _limited(SECONDS_MAX):
        return importer.read(data).promising
    return False


def _found(importer: Importer, seed: int, number: int, fault: str) -> str:
    return f"{importer.name}, mutant {number} of seed {seed}, kept as {keep(importer, seed, number)}: {fault}"


def in_a_process(importer: Importer, files: int, seed: int) -> tuple[Counter[str], str]:
    """The counts, and the first fault, "" where there is none. A reader that takes its process down is found by the number it was at."""
    fork = multiprocessing.get_context("fork")
    at = fork.Value("q", 0)
    here, there = fork.Pipe(duplex=False)
    child = fork.Process(target=_read_all, args=(importer, files, seed, at, there))
    child.start()
    there.close()
    try:
        counts, number, fault = here.recv()
    except EOFError:
        child.join()
        counts, number, fault = Counter(done=at.value), at.value, f"the process ended with {child.exitcode}"
    child.join()
    return counts, _found(importer, seed, number, fault) if fault else ""


def keep(importer: Importer, seed: int, number: int) -> str:
    """Write a mutant down; gives where."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{importer.name}-{seed}-{number}"
    path.write_bytes(mutant(f"{seed}:{importer.name}:{number}", importer.seeds))
    return str(path.relative_to(ROOT))


def _read_all(importer: Importer, files: int, seed: int, at: Any, answer: Any) -> None:
    """In the process: read one after the other until one is answered wrongly."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    counts: Counter[str] = Counter()
    for number in range(files):
        at.value = number
        began = time.perf_counter()
        fault = _fault_of(importer, mutant(f"{seed}:{importer.name}:{number}", importer.seeds), counts)
        took_us = int((time.perf_counter() - began) * 1_000_000)
        counts["done"] += 1
        counts["us"] += took_us
        counts["slowest"] = max(counts["slowest"], took_us // 1000)
        if fault:
            answer.send((counts, number, fault))
            os._exit(0)
    answer.send((counts, files, ""))
    os._exit(0)


def _fault_of(importer: Importer, data: bytes, counts: Counter[str]) -> str:
    try:
        with _limited(SECONDS_APART_MAX if importer.apart else SECONDS_MAX):
            made = importer.read(data)
    except (TooLong, MemoryError) as error:
        # Apart, somebody is told that reading came to nothing; inside a request nobody may have to wait for that.
        counts["up"] += 1
        return "" if importer.apart else f"{type(error).__name__} within a request"
    except BaseException:  # noqa: BLE001 - what is looked for
        return traceback.format_exc(limit=-4)
    counts["read" if made.found else "refused"] += 1
    return made.fault(importer.lines)


@contextlib.contextmanager
def _limited(seconds: int) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TooLong

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
