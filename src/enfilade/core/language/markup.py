"""Sentences found in the text of a template, and written as {% say %} so that they are translated when the page is drawn.

Templates stay plain: nobody marks a string. A sentence is what stands between two boxes of a page, with the values and the inline
tags (`<kbd>`, `<strong>`, `<a>`) that are in it: `Press <kbd>N</kbd> for {name}`. Titles, placeholders and labels of controls count too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_PIECES = re.compile(r"({%.*?%}|{{.*?}}|{#.*?#})", re.DOTALL)
_INLINE = {"a", "abbr", "b", "code", "em", "i", "kbd", "mark", "q", "small", "span", "strong", "time"}
_RAW = {"script", "style", "pre", "textarea", "svg"}
_SPOKEN = {
    "alt",
    "aria-description",
    "aria-label",
    "aria-roledescription",
    "data-label",
    "data-title",
    "hx-confirm",
    "label",
    "placeholder",
    "title",
}
_GIVEN = {"caption", "empty", "help", "hint", "label", "text", "title"}
# Values drawn by a tag that may stand in the middle of a sentence.
_VALUE_TAGS = {"ago", "cell", "waiting", "icon"}
_TAG = re.compile(r"<(/?)([a-zA-Z][\w.:-]*)")
_ATTRIBUTE = re.compile(r"([\w:@.-]+)\s*=\s*([\"'])")
_LETTERS = re.compile(r"[A-Za-z]{2}")
_ENTITY = re.compile(r"&(?:#\w+|\w+);")
_HOLE = re.compile(r"{\w+}")
# What stands between two things on a page, and belongs to neither.
_BETWEEN = " \t\r\n·–—|/+×,:;"
_NAME = re.compile(r"[a-z_][a-z_0-9]*$", re.IGNORECASE)
_LITERAL = re.compile(r"""(?P<before>\|default(?:_if_none)?):(?P<quote>["'])(?P<text>[^"']*)(?P=quote)""")
_EITHER = re.compile(r"""\|yesno:(?P<quote>["'])(?P<texts>[^"']*)(?P=quote)""")
_NAMED = re.compile(
    r"""(?P<name>\b(?:\w+_)?(?:title|text|label|hint|caption|note|words|placeholder|empty|none))="""
    r"""(?P<quote>["'])(?P<text>[^"']+)(?P=quote)"""
)
_PLURAL = re.compile(r"^(?P<count>.*?)\|pluralize(?::([\"'])(?P<forms>[^\"']*)\2)?$")


@dataclass(frozen=True)
class Message:
    """A sentence.

    many: its form for other numbers than one, "" where it has only one form. context: STATE, for a word that is a button elsewhere.
    """

    text: str
    many: str = ""
    context: str = ""


@dataclass
class _Part:
    """A piece of a run: words, a value, an element with what is in it, or a plural ending."""

    kind: str
    source: str
    name: str = ""
    close: str = ""
    parts: list[_Part] = field(default_factory=list)
    forms: tuple[str, str] = ("", "")


def translate_source(source: str) -> tuple[str, list[Message]]:
    """Return the source with its sentences as {% say %} tags, and the sentences."""
    reader = _Reader()
    for number, piece in enumerate(_PIECES.split(source)):
        if number % 2:
            reader.take_token(piece)
        else:
            reader.take_text(piece)
    reader.end_run()
    return "".join(reader.out), reader.messages


def _has_words(text: str) -> bool:
    return bool(_LETTERS.search(_ENTITY.sub(" ", _HOLE.sub(" ", text))))


class _Reader:
    """Walks through a template and knows where in HTML it is."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.messages: list[Message] = []
        self.run: list[_Part] = []
        self.until = ""  # End of a stretch that is not read: `</script>`, `endcomment`, `-->`.
        self.tag = ""  # Name of the tag we are in, with the solidus of a closing one.
        self.markup: list[str] = []  # What has been read of that tag.
        self.quote = ""  # The quote of the attribute we are in.
        self.spoken = False
        self.broken = False  # The tag has a condition in it.
        self.given: list[str] | None = None  # Words given to an element of ours (`<c-card title="...">`), which translates them itself.

    # -- pieces

    def take_token(self, token: str) -> None:
        """A tag, value or comment of the template language."""
        if token.startswith("{#") and not self.until:
            return
        inner = token[2:-2].strip()
        word = inner.split(" ", 1)[0] if token.startswith("{%") else ""
        if self.until:
            self.out.append(token)
            if word == self.until:
                self.until = ""
        elif word in {"comment", "verbatim"}:
            self.end_run()
            self.out.append(token)
            self.until = f"end{word}"
        elif self.tag and not (self.quote and self.spoken):
            if self.given is not None:
                self.given.append(f"{{{self._value(token, inner).name}}}")
            self.markup.append(self._words_in(token))
            self.broken = self.broken or bool(word)
        elif token.startswith("{{"):
            self.run.append(self._value(token, inner))
        elif word in _VALUE_TAGS and not self.quote:
            self.run.append(_Part("value", token, word))
        else:
            self.end_run()
            (self.markup if self.tag else self.out).append(self._words_in(token))

    def take_text(self, text: str) -> None:
        """A stretch of HTML."""
        while text:
            if self.until.startswith("<") or self.until == "-->":
                text = self._skip(text)
            elif self.until:
                self.out.append(text)
                return
            elif self.quote:
                text = self._attribute(text)
            elif self.tag:
                text = self._inside_tag(text)
            else:
                text = self._between_tags(text)

    def _skip(self, text: str) -> str:
        at = text.lower().find(self.until)
        if at < 0:
            self.out.append(text)
            return ""
        self.out.append(text[:at])
        if self.until == "-->":
            self.out.append(text[at : at + 3])
            at += 3
        self.until = ""
        return text[at:]

    def _between_tags(self, text: str) -> str:
        at = text.find("<")
        if at < 0:
            self.run.append(_Part("text", text))
            return ""
        if at:
            self.run.append(_Part("text", text[:at]))
        text = text[at:]
        if text.startswith("<!--"):
            self.end_run()
            self.until = "-->"
            return text
        if text in {"<", "</"} or text.startswith("<!"):
            # A tag whose name is a matter of a condition, or the doctype.
            self.end_run()
            self.tag, self.broken, self.markup = "?", True, [text[:2]]
            return text[2:]
        found = _TAG.match(text)
        if not found:
            self.run.append(_Part("text", "<"))
            return text[1:]
        self.tag = found[1] + found[2].lower()
        self.broken = False
        self.markup = [found[0]]
        if self.tag.lstrip("/") not in _INLINE:
            self.end_run(into=self.out)
        return text[found.end() :]

    def _inside_tag(self, text: str) -> str:
        ends, attribute = text.find(">"), _ATTRIBUTE.search(text)
        if attribute and (ends < 0 or attribute.start() < ends):
            self.markup.append(text[: attribute.end()])
            self.quote = attribute[2]
            ours = self.tag.startswith("c-")
            self.given = [] if ours and attribute[1] in _GIVEN else None
            self.spoken = attribute[1].lower() in _SPOKEN and not ours
            if self.spoken and self.run:
                # Words in an attribute are a sentence of their own: the tag is none that a sentence goes through.
                self.end_run(into=self.out)
                self.broken = True
            return text[attribute.end() :]
        if ends < 0:
            self.markup.append(text)
            return ""
        self.markup.append(text[: ends + 1])
        self._end_tag()
        return text[ends + 1 :]

    def _attribute(self, text: str) -> str:
        at = text.find(self.quote)
        words, rest = (text, "") if at < 0 else (text[:at], text[at:])
        if self.spoken:
            if words:
                self.run.append(_Part("text", words))
        else:
            self.markup.append(words)
            if self.given is not None:
                self.given.append(words)
        if at >= 0:
            text, self.given = "".join(self.given or ()), None
            if _has_words(text):
                self.messages.append(Message(text))
            if self.spoken:
                self.end_run(into=self.markup)
            self.markup.append(self.quote)
            self.quote, self.spoken, rest = "", False, rest[1:]
        return rest

    def _end_tag(self) -> None:
        name, source = self.tag.lstrip("/"), "".join(self.markup)
        closing, self.tag, self.markup = self.tag.startswith("/"), "", []
        if name in _INLINE and not self.broken:
            self.run.append(_Part("close" if closing else "open", source, name))
            return
        self.end_run()
        self.out.append(source)
        if name in _RAW and not closing and not source.endswith("/>"):
            self.until = f"</{name}"

    def _words_in(self, token: str) -> str:
        """Words given to an included part or to a filter, as values that are translated."""

        def default(found: re.Match[str]) -> str:
            return f"{found['before']}_words:{self._quoted(found['text'])}" if self._heard(found["text"]) else found[0]

        def named(found: re.Match[str]) -> str:
            return f"{found['name']}={self._quoted(found['text'])}|say" if self._heard(found["text"]) else found[0]

        token = _LITERAL.sub(default, token)
        return _NAMED.sub(named, token) if token.startswith("{%") and " with " in token else token

    def _heard(self, text: str) -> bool:
        if not _has_words(text) or not (text[0].isupper() or " " in text):
            return False
        self.messages.append(Message(text))
        return True

    @staticmethod
    def _quoted(text: str) -> str:
        return f"'{text}'" if '"' in text else f'"{text}"'

    def _value(self, token: str, inner: str) -> _Part:
        plural = _PLURAL.match(inner)
        if plural:
            forms = (plural["forms"] or "s").split(",")
            return _Part("plural", token, plural["count"], forms=(forms[0], forms[1]) if len(forms) > 1 else ("", forms[0]))
        name = _NAME.search(inner.split("|", 1)[0].strip("\"' "))
        return _Part("value", _EITHER.sub(self._either, self._words_in(token)), name[0].lower() if name else "value")

    def _either(self, found: re.Match[str]) -> str:
        """One of several words, chosen by a filter and then translated."""
        self.messages += [Message(text) for text in found["texts"].split(",") if _has_words(text)]
        return f"{found[0]}|say"

    # -- runs

    def end_run(self, into: list[str] | None = None) -> None:
        """The sentence, if it is one, is over."""
        target = into if into is not None else self.markup if self.tag and self.quote else self.out
        run, self.run = self.run, []
        for part in _nested(run):
            target.append(part) if isinstance(part, str) else target.extend(self._level(part))

    def _level(self, parts: list[_Part]) -> Iterator[str]:
        """The source of a stretch between two unmatched tags."""
        if not any(part.kind == "text" and _has_words(part.source) for part in parts):
            for part in parts:
                if part.kind == "element":
                    yield part.source
                    yield from self._level(part.parts)
                    yield part.close
                else:
                    yield part.source
            return
        first, last = 0, len(parts)
        while not _speaks(parts[first]):
            first += 1
        while not _speaks(parts[last - 1]):
            last -= 1
        for part in parts[:first]:
            yield from self._level([part])
        yield from self._sentence(parts[first:last])
        for part in parts[last:]:
            yield from self._level([part])

    def _sentence(self, parts: list[_Part]) -> Iterator[str]:
        sentence = _Sentence()
        sentence.take(parts)
        one = _squeezed("".join(sentence.one))
        many = _squeezed("".join(sentence.many)) if sentence.count else ""
        lead, trail = " " * (one != one.lstrip()), " " * (one != one.rstrip())
        one, many = one.strip(), many.strip()
        self.messages.append(Message(one, many))
        yield lead
        arguments = [_escaped(one)]
        if many:
            arguments += [f"many={_escaped(many)}", f"count={sentence.count}"]
        yield f"{{% say {' '.join(arguments)} %}}"
        for name, source in sentence.values:
            yield f"{{% value {name} %}}{source}"
        yield "{% endsay %}"
        yield trail


class _Sentence:
    """The words of a sentence, and the sources of the values and tags in it."""

    def __init__(self) -> None:
        self.one: list[str] = []
        self.many: list[str] = []
        self.count = ""
        self.values: list[tuple[str, str]] = []

    def take(self, parts: list[_Part]) -> None:
        """Go through the parts in order."""
        for part in parts:
            if part.kind == "text":
                self._add(part.source)
            elif part.kind == "plural":
                self.count = self.count or part.name
                self._add(*part.forms)
            elif part.kind == "value":
                self._add(f"{{{self._named(part.name, part.source)}}}")
            else:
                name = self._named(part.name, part.source)
                self._add(f"<{name}>")
                self.take(part.parts)
                self._add(f"</{name}>")

    def _add(self, one: str, many: str | None = None) -> None:
        self.one.append(one)
        self.many.append(one if many is None else many)

    def _named(self, name: str, source: str) -> str:
        """A name for a value: the one it has already where it occurs twice."""
        taken = dict(self.values)
        number, found = 1, name
        while found in taken and taken[found] != source:
            number += 1
            found = f"{name}{number}"
        if found not in taken:
            self.values.append((found, source))
        return found


def _nested(run: list[_Part]) -> list[str | list[_Part]]:
    """Return the run with its inline elements as elements; tags without a partner stand between the stretches."""
    partner: dict[int, int] = {}
    stack: list[int] = []
    for place, part in enumerate(run):
        if part.kind == "open":
            stack.append(place)
        elif part.kind == "close":
            if stack and run[stack[-1]].name == part.name:
                partner[stack.pop()] = place
            else:
                stack.clear()
    out: list[str | list[_Part]] = []
    stretch: list[_Part] = []

    def gather(start: int, end: int) -> list[_Part]:
        found, place = [], start
        while place < end:
            part = run[place]
            if part.kind == "open" and place in partner:
                found.append(_Part("element", part.source, part.name, run[partner[place]].source, gather(place + 1, partner[place])))
                place = partner[place]
            else:
                found.append(part)
            place += 1
        return found

    for part in gather(0, len(run)):
        if part.kind in {"open", "close"}:
            out += [stretch, part.source]
            stretch = []
        else:
            stretch.append(part)
    return [*out, stretch]


def _speaks(part: _Part) -> bool:
    """Whether a sentence may begin or end with this: words, a value, or emphasised words."""
    if part.kind == "text":
        return bool(_ENTITY.sub("", part.source).strip(_BETWEEN))
    if part.kind == "element":
        return part.name != "kbd" and any(_speaks(inner) for inner in part.parts if inner.kind != "text" or re.search(r"\w", inner.source))
    return not (part.kind == "value" and part.name == "icon")


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _escaped(text: str) -> str:
    """A literal of the template language: it knows no other escape than a backslash before a quote."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
