"""Stories: business in prose with runnable blocks. Every .md file in this folder is a test.

A ```python block runs as it stands, one after the other, in one namespace: `api(login)` is the API as a person of the demo
practice sees it, `client(login)` the generated client with her token, `founded(name, *people)` a company of nothing but people,
`today`, `at(hour, minute)` give dates, and `assert` says what must be true. A block of another language is prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> Any:
    """Collect stories."""
    return StoryFile.from_parent(parent, path=file_path) if file_path.suffix == ".md" else None


class StoryFile(pytest.File):
    """One story."""

    def collect(self) -> Iterator[pytest.Item]:
        """A story is one test: its parts build on each other."""
        yield Story.from_parent(self, name=self.path.stem)


class Story(pytest.Function):
    """Runs the blocks of one story in order, in a database of its own."""

    def __init__(self, name: str, parent: Any, **more: Any) -> None:
        super().__init__(name=name, parent=parent, callobj=self.tell, **more)
        self.add_marker(pytest.mark.django_db(transaction=True))

    def _getobj(self) -> Any:
        return self.tell

    def tell(self) -> None:
        """Run."""
        from tests.stories.world import World

        text = self.path.read_text(encoding="utf-8")
        names = World().names()
        for match in BLOCK.finditer(text):
            line = text[: match.start(1)].count("\n")
            code = compile("\n" * line + match[1], str(self.path), "exec")
            exec(code, names)  # noqa: S102 - our own text, from the repository
