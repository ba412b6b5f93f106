"""A small tree of an XML file that remembers its lines, bounded in size and depth.

A document type is refused, so that there is nothing to expand and nothing to fetch.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

DEPTH_MAX = 30
ELEMENTS_MAX = 2_000_000


class Node:
    """An element by its name without namespace. line: where it begins."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name, self.attributes, self.line = name, attributes, line
        self.text = ""
        self.children: list[Node] = []

    def all(self, path: str) -> Iterator[Node]:
        """Every element at a path such as Bal/Tp."""
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def find(self, *paths: str) -> Node | None:
        """The first element at the first path that leads to one."""
        return next((node for path in paths for node in self.all(path)), None)

    def get(self, *paths: str) -> str:
        """The text at the first path that leads to some, "" where none does."""
        return next((node.text.strip() for path in paths for node in self.all(path) if node.text.strip()), "")


class Refused(ValueError):
    """An XML file that is not read."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line, self.sentence = line, sentence


def read_tree(data: bytes) -> tuple[Node, str]:
    """The root of a file and its namespace.

    Refuses (Refused): no XML, a document type, too deep, too many elements.
    """
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        sentence = f"The XML is broken here ({expat.errors.messages.get(error.code, error.code)})."
        raise Refused(error.lineno, sentence) from None
    except Refused:
        raise
    except LookupError:
        raise Refused(max(1, builder.parser.CurrentLineNumber), "The encoding that this XML names is not known.") from None
    except ValueError:
        raise Refused(max(1, builder.parser.CurrentLineNumber), "The XML is broken here.") from None
    if builder.root is None:
        raise Refused(1, "There is no element in this XML.")
    return builder.root, builder.namespace


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self.namespace = ""
        self.path: list[Node] = []
        self.texts: list[list[str]] = []
        self.count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._write

    def _refuse(self, *_: object) -> None:
        raise Refused(self.parser.CurrentLineNumber, "A document type is not allowed here.")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.path) >= DEPTH_MAX:
            raise Refused(self.parser.CurrentLineNumber, f"The elements are nested deeper than {DEPTH_MAX}.")
        if self.count > ELEMENTS_MAX:
            raise Refused(self.parser.CurrentLineNumber, f"There are more than {ELEMENTS_MAX} elements.")
        space, _, local = name.rpartition(" ")
        node = Node(local, attributes, self.parser.CurrentLineNumber)
        if self.path:
            self.path[-1].children.append(node)
        else:
            self.root, self.namespace = node, space
        self.path.append(node)
        self.texts.append([])

    def _end(self, _: str) -> None:
        self.path.pop().text = "".join(self.texts.pop())

    def _write(self, text: str) -> None:
        if self.texts:
            self.texts[-1].append(text)
