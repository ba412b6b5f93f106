"""Tags that the loader of templates writes around sentences (core.language.markup); known in every template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import unescape_string_literal
from django.utils.translation import get_language

from enfilade.core.language import words
from enfilade.core.language.scripts import SCRIPT_WORDS

register = template.Library()
_PIECES = re.compile(r"{(\w+)}|<(/?)(\w+)>")


@register.filter
def say(value: Any) -> Any:
    """Return a label or a sentence in the language of the reader: {{ column.label|say }}. Markup stays markup."""
    if not isinstance(value, str) or (isinstance(value, SafeString) and "<" in value):
        return value
    said = words.say(value)
    # What a template says itself is safe, and so is what stands for it.
    return SafeString(said) if isinstance(value, SafeString) else said


@register.filter
def say_state(value: Any) -> str:
    """Return how something is, or what a column holds, in the language of the reader: {{ visit.get_state_display|say_state }}."""
    return words.say(str(value), words.STATE)


@register.filter
def say_finished(value: Any) -> str:
    """Return a note in the language of the reader where the house wrote it, else as somebody did: {{ note.text|say_finished }}."""
    return words.say_finished(str(value))


@register.filter
def default_words(value: Any, text: str) -> Any:
    """Return the value, or words in its place: {{ note|default_words:"No note" }}."""
    return value or words.say(text)


class SayNode(Node):
    """A sentence with its values. In English it is what stands in the template."""

    child_nodelists = ("inner",)

    def __init__(self, one: str, many: str, count: FilterExpression | None, values: dict[str, NodeList]) -> None:
        self.one, self.many, self.count, self.values = one, many, count, values
        # Inline tags are a value whose text goes on after them: name -> opening and closing markup.
        self.inner = NodeList(node for nodes in values.values() for node in nodes)
        self.said: dict[str, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        if self.count is None and not self.values:
            language = get_language() or words.ORIGIN
            if language not in self.said:
                self.said[language] = SafeString(words.say(self.one))
            return self.said[language]
        if self.count is None:
            text = words.say(self.one)
        else:
            found = self.count.resolve(context, ignore_failures=True)
            number = found if isinstance(found, int | float) else len(found) if hasattr(found, "__len__") else int(found or 0)
            text = words.say_plural(self.one, self.many, int(number))
        return mark_safe("".join(self._filled(text, context)) if self.values else text)  # noqa: S308 - ours, and values escape themselves

    def _filled(self, text: str, context: template.Context) -> Iterator[str]:
        end = 0
        for found in _PIECES.finditer(text):
            yield text[end : found.start()]
            end = found.end()
            name = found[1] or found[3]
            if name not in self.values:
                yield found[0]
            elif found[2]:
                yield f"</{name.rstrip('0123456789')}>"
            else:
                yield self.values[name].render(context)
        yield text[end:]


@register.tag("say")
def parse_say(parser: Parser, token: Token) -> SayNode:
    """Read a sentence: {% say "Press <kbd>N</kbd> for {name}" %}{% value kbd %}<kbd class="kbd">{% value name %}{{ name }}{% endsay %}."""
    _, one, *rest = token.split_contents()
    options = dict(bit.split("=", 1) for bit in rest)
    values: dict[str, NodeList] = {}
    before = parser.parse(("value", "endsay"))
    if any(str(getattr(node, "s", node)).strip() for node in before):
        raise template.TemplateSyntaxError("A sentence stands in the say tag, and its values after it.")
    ended = parser.next_token()
    while ended.contents != "endsay":
        values[ended.split_contents()[1]] = parser.parse(("value", "endsay"))
        ended = parser.next_token()
    many = unescape_string_literal(options["many"]) if "many" in options else ""
    count = parser.compile_filter(options["count"]) if many else None
    return SayNode(unescape_string_literal(one), many, count, values)


class StillNode(Node):
    """A part that says the same on every page: drawn once for each language."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.drawn: dict[str, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language() or words.ORIGIN
        if language not in self.drawn:
            self.drawn[language] = render_to_string(self.name)
        return self.drawn[language]


@register.tag("still")
def parse_still(parser: Parser, token: Token) -> StillNode:
    """Read a part that needs nothing of the page: {% still "core/parts/dialogs.html" %}."""
    _, name = token.split_contents()
    return StillNode(unescape_string_literal(name))


@register.simple_tag
def html_language() -> SafeString:
    """Print the language of the page and the direction in which it is written, for the root element."""
    language = get_language() or words.ORIGIN
    return format_html('lang="{}" dir="{}"', language, words.direction(language))


@register.simple_tag
def script_words() -> SafeString:
    """Print the words of the scripts in the language of the page; nothing in English, which stands in the scripts."""
    said = {text: found for text in SCRIPT_WORDS if (found := words.say(text)) != text}
    return format_html('<meta name="words" content="{}">', json.dumps(said, ensure_ascii=False)) if said else SafeString("")
