"""`make endure` (kills), `make endure WHAT=nodes`, `WHAT=load`, `WHAT=files`: lines of what happened, exit code 1 on any fault.

kills   --rounds 20 --commands 2000 --kills 6   processes are killed while commands come in; one line per round
nodes   --commands 600                          two nodes behind haproxy on two PostgreSQL; a node and the primary are lost
load    --minutes 60 --users 50                 pages and commands with pauses to think; a line per minute
files   --files 10000 --taken 50 --only bank    damaged files for every importer: read so many, take some of them in a database
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile

from bench.endure import kills, load, nodes
from bench.endure.house import House
from tests.server import RunServer, with_database


def main() -> int:
    """Run what was asked for in a house of its own, and remove it."""
    parser = argparse.ArgumentParser(prog="python -m bench.endure")
    parser.add_argument("what", choices=["kills", "nodes", "load", "files"])
    parser.add_argument("--rounds", type=int, default=20, help="kills: how often (20)")
    parser.add_argument("--commands", type=int, default=0, help="acknowledged commands in each round (kills 2000, nodes 600)")
    parser.add_argument("--kills", type=int, default=6, help="kills: in each round (6)")
    parser.add_argument("--minutes", type=int, default=60, help="load: how long (60)")
    parser.add_argument("--users", type=int, default=50, help="load: how many (50)")
    parser.add_argument("--files", type=int, default=10_000, help="files: for each importer (10000)")
    parser.add_argument("--taken", type=int, default=50, help="files: how many of them are also taken in a database (50)")
    parser.add_argument("--only", default="", help="files: importers with this in their name")
    parser.add_argument("--seed", type=int, default=1, help="of all chances (1)")
    options = parser.parse_args()
    return 1 if {"kills": kill_rounds, "nodes": lose_nodes, "load": carry_load, "files": damage_files}[options.what](options) else 0


def kill_rounds(options: argparse.Namespace) -> list[str]:
    """Rounds in one house, each in a company of its own; at the end all of them are verified."""
    house, commands = House(), options.commands or 2000
    try:
        house.prepare()
        house.start()
        faults = kills.check_durable(house)
        for number in range(1, options.rounds + 1):
            faults += kills.run(house, f"round-{number}", commands=commands, kills=options.kills, seed=options.seed)
        faults += house.verify()
    finally:
        house.remove()
    sys.stdout.write(f"{options.rounds} rounds of {commands} commands, {len(faults) or 'no'} faults\n")
    return faults


def lose_nodes(options: argparse.Namespace) -> list[str]:
    """A farm of two nodes loses one, then the primary of its database."""
    farm = nodes.Farm()
    try:
        farm.start()
        return nodes.run(farm, commands=options.commands or 600, seed=options.seed)
    finally:
        farm.remove()


def carry_load(options: argparse.Namespace) -> list[str]:
    """A practice with some days behind it, and many people in it."""
    house = House()
    try:
        house.prepare()
        house.start()
        return load.run(house, house.found("Load", 80, 3), users=options.users, minutes=options.minutes, seed=options.seed)
    finally:
        house.remove()


def damage_files(options: argparse.Namespace) -> list[str]:
    """Damaged files in a database of their own, as the tests have one."""
    server = RunServer()
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="enfilade-endure-") as home:
            os.environ |= {
                "DATABASE_URL": with_database(server.url, server.template),
                "SECRET_KEY": "files" * 12,
                "ENFILADE_HOME": home,
                "DJANGO_SETTINGS_MODULE": "enfilade.site.settings",
            }
            import django

            django.setup()
            logging.disable(logging.CRITICAL)
            from bench.endure import files

            faults = files.run(options.files, options.taken, options.seed, options.only)
    finally:
        server.stop()
    sys.stdout.write("\n".join([*faults, f"seed {options.seed}, {len(faults) or 'no'} faults\n"]))
    return faults


if __name__ == "__main__":
    raise SystemExit(main())
