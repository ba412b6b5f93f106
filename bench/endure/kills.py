"""kill -9 of web, worker and PostgreSQL at random moments while commands come in; one line per round."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter

from bench.endure.clients import Told, work_together
from bench.endure.compare import faults_of, jobs_left
from bench.endure.house import House, wait_until

CLIENTS = 6
# Each round hits each of these at least once; then what chance wants. `house`: all processes at once, with their supervisor.
PARTS = ("web", "worker", "postgres")
CHANCES = (*PARTS, *PARTS, "live", "house")
# A job of a killed worker begins anew once its worker said nothing for half a minute, and may wait for its own pause after that.
SETTLE_S = 240


def run(house: House, name: str, *, commands: int, kills: int, seed: int, settle_s: int = SETTLE_S) -> list[str]:
    """One round in a company of its own. Prints its line; returns the faults, one sentence each.

    kills: how many times something is killed, spread over the round by how much of it is done.
    settle_s: how long the jobs may take to their end; 0 does not wait for them and looks at what was acknowledged only.
    """
    dice = random.Random(f"{seed}/{name}")
    company = house.found(name)
    told, hit, began = Told(), Counter[str](), time.monotonic()
    threads = work_together(told, lambda: house.address, company, name, clients=CLIENTS, commands=commands, seed=seed)
    parts = [*PARTS, *(dice.choice(CHANCES) for _ in range(kills - len(PARTS)))]
    dice.shuffle(parts)
    for part, moment in zip(parts, sorted(dice.uniform(0.03, 0.95) * commands for _ in parts), strict=True):
        while len(told.done) < moment and any(thread.is_alive() for thread in threads):
            time.sleep(0.002)
        if told.faults:
            break
        # The first command after the moment is under way, nobody knows how far.
        time.sleep(dice.uniform(0, 0.05))
        hit[part] += bool(strike(house, part, dice))
    for thread in threads:
        thread.join()
    worked_s = time.monotonic() - began
    faults = [*told.faults, *judge(house, told, company, name, settle_s)]
    report(name, told, hit, worked_s, faults)
    return faults


def strike(house: House, part: str, dice: random.Random) -> int:
    """Kill a part: all its processes, or one of them alone. How many were hit.

    A kill waits until there is something to kill, so that each one counts; of a house that is hit again while it recovers there are
    enough, since the parts come up one after the other.
    """
    wait_until(lambda: house.processes(part), 60)
    whole = part == "house" or dice.random() < 0.6
    number = house.kill(part) if whole else house.kill(part, lambda pids: dice.sample(pids, min(1, len(pids))))
    if part == "house":
        house.start()
    return number


def judge(house: House, told: Told, company: dict[str, object], name: str, settle_s: int) -> list[str]:
    """Everything that is wrong once the jobs have come to their end."""
    key = int(str(company["company"]))
    if not wait_until(house.answers, 120):
        return [f"{name}: the house does not answer any more"]
    with house.connect() as connection:
        faults = []
        if settle_s and not wait_until(lambda: jobs_left(connection, key) == 0, settle_s):
            faults.append(f"{name}: {jobs_left(connection, key)} jobs have not come to their end in {settle_s} s")
        faults += faults_of(connection, told, key, name, house.home / "mail", settled=settle_s > 0)
    return faults + house.verify(str(company["slug"]))


def report(name: str, told: Told, hit: Counter[str], worked_s: float, faults: list[str]) -> None:
    """One line, and a line for each fault."""
    killed = ", ".join(f"{part} {hit[part]}" for part in (*PARTS, "live", "house") if hit[part])
    again = sum(told.retries.values())
    sys.stdout.write(
        f"{name}: {len(told.done)} acknowledged in {worked_s:.0f} s, killed: {killed}; {again} sent again; "
        f"{len(faults) or 'no'} fault{'' if len(faults) == 1 else 's'}\n"
    )
    for fault in faults[:20]:
        sys.stdout.write(f"  {fault}\n")
    sys.stdout.flush()


def check_durable(house: House) -> list[str]:
    """A house whose commits are not on the disk would prove nothing."""
    with house.connect() as connection:
        wanted = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        found = {name: str((connection.execute(f"SHOW {name}").fetchone() or ("",))[0]) for name in wanted}
    return [f"{name} is {found[name]}" for name in wanted if found[name] != wanted[name]]
