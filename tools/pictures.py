"""Renew the pictures of the documentation from those that the day in Chromium took.

They are taken by `ENFILADE_PICTURES=1 make test ARGS=tests/browser/test_day.py`.
"""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
TAKEN, SHOWN = ROOT / ".cache" / "screenshots", ROOT / "docs" / "images"
COLOURS = 128
NAMES = (
    "desk-answer-1440-light",
    "slot-taken-1440-light",
    "check-in-papers-1440-light",
    "flow-board-1440-dark",
    "my-day-in-chair-390-light",
    "check-out-1440-light",
    "at-the-door-1440-light",
    "complaint-closed-1440-light",
    "drawer-count-1440-light",
    "the-day-1440-light",
    "trial-balance-1440-light",
)


def main() -> int:
    """Take them over with fewer colours, so that a clone stays small; say which are missing."""
    missing = [name for name in NAMES if not (TAKEN / f"{name}.png").exists()]
    if missing:
        print(f"Not taken yet: {', '.join(missing)}. Run: ENFILADE_PICTURES=1 make test ARGS=tests/browser/test_day.py")
        return 2
    SHOWN.mkdir(exist_ok=True)
    for name in NAMES:
        picture = Image.open(TAKEN / f"{name}.png").convert("RGB")
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(SHOWN / f"{name.rpartition('-')[0].rpartition('-')[0]}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
