"""Clients of the API that never give up: each command has a key, and is sent again under it until the house answers."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

TIMEOUT_S = 30
PATIENCE_S = 240
# Sent again under its key: the house is coming up again, has no answer, or asks for a moment.
AGAIN = {429, 500, 502, 503, 504}
# Of a hundred acknowledged commands so many are sent once more, as if the answer had been lost.
TWICE_PERCENT = 5
MAILED_EACH = 4


class Unexpected(RuntimeError):
    """An answer that no retry can explain."""


@dataclass(frozen=True)
class Acknowledged:
    """What a client was told: this command is done, and this came out of it."""

    key: str
    command: str
    result: int


@dataclass
class Told:
    """What all clients together were told."""

    done: list[Acknowledged] = field(default_factory=list)
    parties: list[str] = field(default_factory=list)
    retries: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Client:
    """One program at the API."""

    def __init__(self, told: Told, base: Callable[[], str], token: str, dice: random.Random) -> None:
        """Name where to write down what is told.

        base: gives the address to ask now; it may differ from one attempt to the next.
        """
        self.told, self.base, self.dice = told, base, dice
        self.token = token
        self.session = requests.Session()

    def do(self, key: str, command: str, **inputs: Any) -> dict[str, Any]:
        """Run a command until it is acknowledged; what came out."""
        body = self._until_answered(key, command, inputs)
        self.told.done.append(Acknowledged(key, command, int(body["id"])))
        if self.dice.randrange(100) < TWICE_PERCENT:
            again = self._until_answered(key, command, inputs)
            if again["id"] != body["id"]:
                raise Unexpected(f"{key} {command} gave {body['id']}, then {again['id']}")
        return body

    def send(self, url: str, key: str, inputs: dict[str, Any]) -> requests.Response:
        """One attempt."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        return self.session.post(url, json=inputs, headers=headers, timeout=TIMEOUT_S)

    def _until_answered(self, key: str, command: str, inputs: dict[str, Any]) -> dict[str, Any]:
        module, _, verb = command.partition(".")
        until = time.monotonic() + PATIENCE_S
        for attempt in itertools.count(1):
            try:
                answer = self.send(f"{self.base()}/api/v1/do/{module}/{verb}/", key, inputs)
            except requests.RequestException as error:
                self.session.close()
                why, text = type(error).__name__, str(error)
            else:
                if answer.status_code in {200, 201}:
                    return dict(answer.json())
                why, text = str(answer.status_code), answer.text[:300]
                if answer.status_code not in AGAIN and '"busy"' not in text:
                    raise Unexpected(f"{key} {command}: {why} {text}")
            if time.monotonic() > until:
                raise Unexpected(f"{key} {command}: no answer in {PATIENCE_S} s; at last {why} {text}")
            self.told.retries[why] += 1
            time.sleep(min(2.0, 0.05 * attempt) * self.dice.uniform(0.5, 1.5))
        raise AssertionError("unreachable")


def live_a_day(client: Client, name: str, company: dict[str, Any], wanted: Callable[[], bool]) -> None:
    """One visitor after the other: entered, billed, paid, and each fourth gets the bill by e-mail, until enough was done."""
    for visit in itertools.count(1):
        key = f"{name}/{visit}"
        steps = visit_of(client, key, company, mailed=visit % MAILED_EACH == 0)
        for _ in steps:
            if not wanted():
                return


def visit_of(client: Client, key: str, company: dict[str, Any], *, mailed: bool) -> Any:
    """The commands of one visitor; a pause after each, so that the caller can stop between any two."""
    client.told.parties.append(key)
    party = client.do(f"{key}/enter", "party.add_party", name=key, email=f"{key.replace('/', '.')}@example.com")
    yield
    lines = [{"item": item, "quantity": "2"} for item in company["items"]]
    invoice = client.do(f"{key}/draft", "billing.draft_invoice", party=party["id"], lines=lines, note=key)
    yield
    issued = client.do(f"{key}/issue", "billing.issue_invoice", invoice=invoice["id"], on=company["today"])
    yield
    client.do(f"{key}/pay", "billing.take_payment", invoice=invoice["id"], method="card", amount=issued["total"])
    yield
    if mailed:
        client.do(f"{key}/mail", "billing.email_invoice", invoice=invoice["id"])
        yield


def work_together(
    told: Told, base: Callable[[], str], company: dict[str, Any], name: str, *, clients: int, commands: int, seed: int
) -> Any:
    """Start the clients; returns their threads. They end when together they were acknowledged so many commands, or at the first fault."""

    def wanted() -> bool:
        return len(told.done) < commands and not told.faults

    def live(number: int) -> None:
        client = Client(told, base, company["token"], random.Random(f"{seed}/{number}"))
        try:
            live_a_day(client, f"{name}/{number}", company, wanted)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is a fault of this round
            told.faults.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=live, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    return threads
