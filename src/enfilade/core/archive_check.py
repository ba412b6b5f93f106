"""Checks an archive of sealed lines with nothing but Python: `python3 verify.py` in the folder into which it was unpacked.

Every line of entries.jsonl, changes.jsonl and events.jsonl is hashed as it stands; every seal of seals.jsonl is hashed over its head,
its digests and its marks, and has to follow the one before. Exit code 0: all lines are those that were sealed.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

FILES = ("entries.jsonl", "changes.jsonl", "events.jsonl")
DIGEST_BYTES = 40


def check(folder: Path) -> list[str]:
    """What is wrong, one sentence each; [] when nothing is."""
    wrong: list[str] = []
    rest = [(folder / name).read_bytes().splitlines() for name in FILES]
    previous = ""
    for text in (folder / "seals.jsonl").read_text("utf-8").splitlines():
        seal = json.loads(text)
        head, digests, marks = seal["head"], base64.b64decode(seal["digests"]), base64.b64decode(seal["marks"])
        form = json.dumps(head, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
        if hashlib.sha256(form + b"\n" + digests + marks).hexdigest() != seal["hash"]:
            wrong.append(f"Seal {head['number']} is not the one that was made.")
        if previous and head["previous"] != previous:
            wrong.append(f"Seal {head['number']} does not follow the one before it.")
        previous = seal["hash"]
        at = 0
        for place, (name, count) in enumerate(zip(FILES, head["count"], strict=True)):
            wrong += check_lines(name, digests[at : at + count * DIGEST_BYTES], rest[place])
            at += count * DIGEST_BYTES
    wrong += [f"{name}: line {json.loads(lines[0])['id']} belongs to no seal." for name, lines in zip(FILES, rest, strict=True) if lines]
    return wrong


def check_lines(name: str, digests: bytes, lines: list[bytes]) -> list[str]:
    """Compare the next lines of a file with what was sealed, and take them off the front."""
    wrong = []
    for n in range(0, len(digests), DIGEST_BYTES):
        key, digest = int.from_bytes(digests[n : n + 8], "big"), digests[n + 8 : n + DIGEST_BYTES]
        found = json.loads(lines[0])["id"] if lines else None
        while found is not None and found < key:
            wrong.append(f"{name}: line {found} was put in.")
            lines.pop(0)
            found = json.loads(lines[0])["id"] if lines else None
        if found != key:
            wrong.append(f"{name}: line {key} is gone.")
        elif hashlib.sha256(lines.pop(0)).digest() != digest:
            wrong.append(f"{name}: line {key} is not what was sealed.")
    return wrong


def main() -> int:
    """Check the folder of this file, or the one that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    wrong = check(folder)
    for sentence in wrong:
        sys.stdout.write(sentence + "\n")
    seals = [json.loads(text) for text in (folder / "seals.jsonl").read_text("utf-8").splitlines()]
    if not wrong and seals:
        first, last = seals[0], seals[-1]
        sys.stdout.write(f"Nothing was altered in seals {first['head']['number']} to {last['head']['number']}.\n")
        sys.stdout.write(f"They follow the hash {first['head']['previous']}\nand end with the hash {last['hash']}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
