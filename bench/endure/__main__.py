"""`python -m bench.endure kills --rounds 20 --commands 2000 --seed 1`: one line per round, exit code 1 on any fault."""

from __future__ import annotations

import argparse
import sys

from bench.endure import kills
from bench.endure.house import House


def main() -> int:
    """Run what was asked for in a house of its own, and remove it."""
    parser = argparse.ArgumentParser(prog="python -m bench.endure")
    parser.add_argument("what", choices=["kills"])
    parser.add_argument("--rounds", type=int, default=20, help="how often (20)")
    parser.add_argument("--commands", type=int, default=2000, help="acknowledged commands in each round (2000)")
    parser.add_argument("--kills", type=int, default=5, help="kills in each round (5)")
    parser.add_argument("--seed", type=int, default=1, help="of all chances (1)")
    options = parser.parse_args()
    house = House()
    try:
        house.prepare()
        house.start()
        faults = kills.check_durable(house)
        for number in range(1, options.rounds + 1):
            faults += kills.run(house, f"round-{number}", commands=options.commands, kills=options.kills, seed=options.seed)
        faults += house.verify()
    finally:
        house.remove()
    sys.stdout.write(f"{options.rounds} rounds of {options.commands} commands, {len(faults) or 'no'} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
