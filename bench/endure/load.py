"""A mixed load of many users: they walk through pages, run commands, and think in between. One line per minute, and a verdict."""

from __future__ import annotations

import itertools
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from bench.endure.clients import Client, Told, visit_of
from bench.endure.house import House
from bench.endure.people import TIMEOUT_S, Ear, links_of, sign_in

# Seconds between an answer and the next click: reading, typing, talking.
THINK_S = (1.5, 6.0)
# Of a hundred steps so many are a command of a program or a form, the rest pages.
COMMANDS_PERCENT = 25
P95_MAX_MS = 300
# Memory counts as flat when the last part of the time needs no more than this above the part after the warm-up.
GROWTH_MAX = 0.10
GROWTH_MAX_MB = 20
PARTS = ("web", "live", "worker", "postgres")


@dataclass
class Minute:
    """What one minute brought."""

    pages_ms: list[float] = field(default_factory=list)
    commands_ms: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def all_ms(self) -> list[float]:
        """Times of pages and commands."""
        return self.pages_ms + self.commands_ms


class Load:
    """All users of one run and what they saw."""

    def __init__(self, house: House, company: dict[str, Any], *, users: int, minutes: int, seed: int) -> None:
        self.house, self.company, self.seed = house, company, seed
        self.minute, self.minutes = Minute(), list[Minute]()
        self.until = time.monotonic() + minutes * 60
        self.slow: Counter[str] = Counter()
        self.threads = [threading.Thread(target=self._live, args=(number,), daemon=True) for number in range(users)]

    def wanted(self) -> bool:
        """Whether the day goes on."""
        return time.monotonic() < self.until

    def _live(self, number: int) -> None:
        """One user from her sign-in to the end. The first think time spreads the users over the first minute."""
        dice = random.Random(f"{self.seed}/{number}")
        time.sleep(dice.uniform(0, 30))
        session = sign_in(self.house.address, self.company["logins"][number % len(self.company["logins"])], self.company["password"])
        Ear(f"http://127.0.0.1:{self.house.live_port}/events", session, self.wanted)
        walk, work = self._walk(session, dice), self._work(number, dice)
        while self.wanted():
            time.sleep(dice.uniform(*THINK_S))
            next(work if dice.randrange(100) < COMMANDS_PERCENT else walk)

    def _walk(self, session: requests.Session, dice: random.Random) -> Iterator[None]:
        """Pages, each by a link of the one before; back to the start now and then, as people do."""
        path = "/"
        while True:
            page = self.timed(lambda where=path: session.get(f"{self.house.address}{where}", timeout=TIMEOUT_S), path, "page")
            links = links_of(page) if page is not None and page.ok else []
            path = dice.choice(links) if links and dice.random() > 0.1 else "/"
            yield

    def _work(self, number: int, dice: random.Random) -> Iterator[None]:
        """Visitors entered, billed and paid, one command at a time."""
        client = Watched(self, dice)
        for visit in itertools.count(1):
            yield from visit_of(client, f"load/{self.seed}/{number}/{visit}", self.company, mailed=visit % 4 == 0)

    def timed(self, call: Callable[[], requests.Response], what: str, kind: str) -> requests.Response | None:
        """One call, its time and its outcome."""
        began = time.perf_counter()
        try:
            answer = call()
        except requests.RequestException as error:
            self.minute.errors[f"{what}: {type(error).__name__}"] += 1
            return None
        took = (time.perf_counter() - began) * 1000
        (self.minute.pages_ms if kind == "page" else self.minute.commands_ms).append(took)
        if took > P95_MAX_MS:
            self.slow["/".join("N" if part.isdigit() else part for part in what.partition("?")[0].split("/"))] += 1
        if not answer.ok:
            self.minute.errors[f"{what}: {answer.status_code}"] += 1
        return answer


class Watched(Client):
    """A program whose calls are timed with the pages."""

    def __init__(self, load: Load, dice: random.Random) -> None:
        super().__init__(Told(), lambda: load.house.address, load.company["token"], dice)
        self.load = load

    def send(self, url: str, key: str, inputs: dict[str, Any]) -> requests.Response:
        """One attempt, with its time."""
        answer = self.load.timed(lambda: super(Watched, self).send(url, key, inputs), url.partition("/do/")[2], "command")
        if answer is None:
            raise requests.ConnectionError(url)
        return answer


def run(house: House, company: dict[str, Any], *, users: int, minutes: int, seed: int) -> list[str]:
    """Let them work; a line per minute and the faults."""
    load = Load(house, company, users=users, minutes=minutes, seed=seed)
    memory: list[dict[str, float]] = []
    for thread in load.threads:
        thread.start()
    print("minute requests errors   p50   p95   p99 ms    web   live worker postgres MB of their own")
    for number in range(1, minutes + 1):
        time.sleep(max(0.0, load.until - (minutes - number) * 60 - time.monotonic()))
        minute, load.minute = load.minute, Minute()
        load.minutes.append(minute)
        memory.append({part: own_memory_mb(house.processes(part)) for part in PARTS})
        p50, p95, p99 = (percentile(minute.all_ms, share) for share in (50, 95, 99))
        sizes = " ".join(f"{memory[-1][part]:6.0f}" for part in PARTS)
        print(f"{number:6} {len(minute.all_ms):8} {sum(minute.errors.values()):6} {p50:5.0f} {p95:5.0f} {p99:5.0f}    {sizes}", flush=True)
        for what, times in minute.errors.most_common(3):
            print(f"       {times} x {what}", flush=True)
    for thread in load.threads:
        thread.join(TIMEOUT_S)
    return verdict(load, memory)


def verdict(load: Load, memory: list[dict[str, float]]) -> list[str]:
    """One sentence for each thing that is not as promised. The first minute, in which everybody signs in, is left out of the times."""
    counted = load.minutes[1:] or load.minutes
    times = [ms for minute in counted for ms in minute.all_ms]
    errors = sum(sum(minute.errors.values()) for minute in load.minutes)
    p95 = percentile(times, 95)
    faults = [f"{errors} errors"] if errors else []
    faults += [f"the 95th percentile is {p95:.0f} ms"] if p95 > P95_MAX_MS else []
    part = max(1, len(memory) // 4)
    for name in PARTS:
        first, last = (sum(m[name] for m in some) / len(some) for some in (memory[part : 2 * part] or memory, memory[-part:]))
        if last - first > max(GROWTH_MAX_MB, first * GROWTH_MAX):
            faults.append(f"{name} grew from {first:.0f} to {last:.0f} MB")
    pages, commands = ([ms for minute in counted for ms in getattr(minute, kind)] for kind in ("pages_ms", "commands_ms"))
    by_kind = f"pages {percentile(pages, 95):.0f}, commands {percentile(commands, 95):.0f}"
    print(f"{len(times)} requests, {errors} errors, p95 {p95:.0f} ms ({by_kind})")
    for what, number in load.slow.most_common(8):
        print(f"  over {P95_MAX_MS} ms: {number} x {what}")
    for fault in faults:
        print(f"  {fault}")
    sys.stdout.flush()
    return faults


def percentile(values: list[float], share: int) -> float:
    """The value below which so many percent lie; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0


def own_memory_mb(pids: set[int]) -> float:
    """Memory that these processes alone use, shared pages by their share; the page cache that PostgreSQL's processes share is not in it."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
    return total / 1024
