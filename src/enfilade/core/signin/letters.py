"""What the house writes to somebody about her password, in the language of her company. Nothing in it was typed by a stranger."""

from __future__ import annotations

from collections.abc import Mapping

FIRST, FORGOTTEN, CHANGED = "first", "forgotten", "changed"
TEXTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    FIRST: {
        "en": (
            "Your account at {company}",
            (
                "Hello,\n\nyou have been given access to Enfilade at {company}. Choose your password here:\n\n{link}\n\n"
                "The link opens once, and for seven days. After that, ask for another one at {site}/sign-in/password/.\n\n"
                "If you do not know what this is about, do nothing: without you nothing happens."
            ),
        ),
        "de": (
            "Ihr Zugang bei {company}",
            (
                "Guten Tag,\n\nSie haben Zugang zu Enfilade bei {company} erhalten. Wählen Sie hier Ihr Passwort:\n\n{link}\n\n"
                "Der Link öffnet einmal und sieben Tage lang. Danach bekommen Sie einen neuen unter {site}/sign-in/password/.\n\n"
                "Wenn Sie nicht wissen, worum es geht, tun Sie nichts: Ohne Sie geschieht nichts."
            ),
        ),
    },
    FORGOTTEN: {
        "en": (
            "A new password for Enfilade",
            (
                "Hello,\n\nsomebody, probably you, has forgotten the password of this account. Choose a new one here:\n\n{link}\n\n"
                "The link opens once, and for an hour. If it was not you, do nothing: your password stays as it is."
            ),
        ),
        "de": (
            "Ein neues Passwort für Enfilade",
            (
                "Guten Tag,\n\njemand, wohl Sie selbst, hat das Passwort dieses Kontos vergessen. Wählen Sie hier ein neues:\n\n{link}\n\n"
                "Der Link öffnet einmal und eine Stunde lang. Wenn Sie es nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist."
            ),
        ),
    },
    CHANGED: {
        "en": (
            "Your password for Enfilade was changed",
            (
                "Hello,\n\nthe password of your account was changed ({when}, {browser}), and you were signed out everywhere else.\n\n"
                "If it was not you, tell whoever runs Enfilade at {company} at once, and set another password at {site}."
            ),
        ),
        "de": (
            "Ihr Passwort für Enfilade wurde geändert",
            (
                "Guten Tag,\n\ndas Passwort Ihres Kontos wurde geändert ({when}, {browser}), und Sie wurden überall sonst abgemeldet.\n\n"
                "Wenn Sie es nicht waren, melden Sie es sofort bei {company}, und setzen Sie unter {site} ein anderes."
            ),
        ),
    },
}


def written(letter: str, language: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text of a letter; English where the language is not known. Line ends never come into the subject."""
    subject, text = TEXTS[letter].get(language[:2].lower(), TEXTS[letter]["en"])
    return " ".join(subject.format(**values).split()), text.format(**values)
