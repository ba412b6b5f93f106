"""What documents write to people: please sign, and please remember."""

from __future__ import annotations

from enfilade.base.message.purposes import declare_purpose

_SAMPLES = {
    "signer": "Ada Lovelace",
    "paper": "Consent to treatment",
    "until": "30 November 2026",
    "link": "https://enfilade.company.example/document/open/lindenhof/sign/1-abc/",
    "message": "",
    "company": "Lindenhof Dental",
}
_TEXT = "{message}\n\nThis link is yours alone; please do not pass it on. It works until {until}:\n{link}\n\nKind regards\n{company}"
_TEXT_DE = (
    "{message}\n\nDieser Link ist nur für Sie; bitte geben Sie ihn nicht weiter. Er gilt bis {until}:\n{link}\n\n"
    "Freundliche Grüße\n{company}"
)

SIGN = declare_purpose(
    "document.sign",
    "A document to sign",
    samples=_SAMPLES,
    texts={
        "en": ("Please sign: {paper}", "Dear {signer},\n\nplease read and sign: {paper}.\n" + _TEXT),
        "de": ("Bitte unterschreiben: {paper}", "Guten Tag {signer},\n\nbitte lesen und unterschreiben Sie: {paper}.\n" + _TEXT_DE),
    },
)
SIGN_REMINDER = declare_purpose(
    "document.sign_reminder",
    "Reminder of a document to sign",
    samples=_SAMPLES,
    texts={
        "en": ("Still to be signed: {paper}", "Dear {signer},\n\nwe still miss your signature: {paper}.\n" + _TEXT),
        "de": ("Noch zu unterschreiben: {paper}", "Guten Tag {signer},\n\nuns fehlt noch Ihre Unterschrift: {paper}.\n" + _TEXT_DE),
    },
)
