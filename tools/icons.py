"""Draw the icons of the installed house anew from frontend/public/mark.svg, since telephones take no SVG: when the mark has changed."""

import sys
from pathlib import Path

import typst

PUBLIC = Path(__file__).resolve().parent.parent / "frontend" / "public"
GROUND = "#00616f"
# Name -> side in pixels, how much of it the mark fills, and whether the ground reaches the edges.
# Telephones cut a circle or rounded corners out of what reaches the edges; all that matters lies within four fifths of the width.
ICONS = {
    "icon-192.png": (192, 1.0, False),
    "icon-512.png": (512, 1.0, False),
    "icon-maskable-512.png": (512, 0.8, True),
    "apple-touch-icon.png": (180, 0.9, True),
}


def drawn(side: int, part: float, *, whole: bool) -> bytes:
    """One icon as PNG."""
    ground = f'rgb("{GROUND}")' if whole else "none"
    page = f"#set page(width: {side}pt, height: {side}pt, margin: 0pt, fill: {ground})\n"
    mark = f'#place(center + horizon, image("mark.svg", width: {part * 100}%))'
    source = PUBLIC / "icons.typ"
    source.write_text(page + mark)
    try:
        made = typst.compile(source, format="png", ppi=72)
    finally:
        source.unlink()
    if not isinstance(made, bytes):
        raise TypeError("an icon is one page")
    return made


def main() -> int:
    """Write all of them."""
    for name, (side, part, whole) in ICONS.items():
        (PUBLIC / name).write_bytes(drawn(side, part, whole=whole))
    return 0


if __name__ == "__main__":
    sys.exit(main())
