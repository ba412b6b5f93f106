"""The rooms of the house, from the bottom up. The order is the order of migrations, reactions and menus."""

BASE: list[str] = []
BACK: list[str] = []
MIDDLE: list[str] = []
FRONT: list[str] = []

MODULES = [*BASE, *BACK, *MIDDLE, *FRONT]
