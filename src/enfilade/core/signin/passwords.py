"""How good a password is: how long guessing takes, by zxcvbn, which knows common passwords, names, dates and keyboard paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

SCORE_MIN = 3
WORDS = ("guessed at once", "guessed in no time", "weak", "good", "strong")
# The estimate of a longer one costs more and says no more.
LOOKED_AT = 72
WORD_MIN = 3


@dataclass(frozen=True)
class Strength:
    """score: 0 (guessed at once) to 4; word: the score in words; advice: what would make it better."""

    score: int
    word: str
    advice: str

    @property
    def enough(self) -> bool:
        """Whether it may be taken."""
        return self.score >= SCORE_MIN


def strength_of(password: str, user: Any = None) -> Strength:
    """Estimate a password; the person's own name and address count for nothing."""
    known = {w.lower() for text in _about(user) for w in re.split(r"[\W_]+", text) if len(w) >= WORD_MIN}
    looked_at = password[:LOOKED_AT]
    rest = re.sub("|".join(map(re.escape, sorted(known, key=len, reverse=True))), "", looked_at, flags=re.IGNORECASE)
    # What is left without the words that everybody who knows her would try first.
    found: Any = min((_estimate(text) for text in {looked_at, rest}), key=lambda f: f["score"])
    feedback = found["feedback"]
    advice = [text for text in (feedback.get("warning", ""), *feedback.get("suggestions", ())) if text]
    return Strength(found["score"], WORDS[found["score"]], " ".join(t if t.endswith(".") else f"{t}." for t in advice))


def new_password_errors(user: Any, new: str, again: str) -> dict[str, str]:
    """What is wrong with a new password that was typed twice, by field (new, again); {} when nothing is."""
    if new != again:
        return {"again": "The two are not the same."}
    if "\x00" in new:
        return {"new": "This text holds characters that can't be kept."}
    try:
        validate_password(new, user)
    except ValidationError as no:
        return {"new": " ".join(no.messages)}
    return {}


def _about(user: Any) -> tuple[str, ...]:
    return ("enfilade", getattr(user, "email", ""), getattr(user, "name", ""))


def _estimate(text: str) -> Any:
    return zxcvbn(text) if text else {"score": 0, "feedback": {}}


class StrengthValidator:
    """Refuse what is guessed quickly. One of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with what would make it better."""
        found = strength_of(password, user)
        if not found.enough:
            raise ValidationError(f"This password is too easy to guess. {found.advice}".strip(), code="password_too_weak")

    def get_help_text(self) -> str:
        """What is asked for."""
        return "It must not be easy to guess: several unusual words are better than one with figures in it."
