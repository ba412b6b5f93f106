"""Digests and seals without a database."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from enfilade.core import chain


@given(st.lists(st.tuples(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))))
def test_digests_survive_packing(digests: list[tuple[int, bytes]]) -> None:
    assert chain.unpack_digests(chain.pack_digests(digests)) == digests


def test_a_seal_depends_on_everything_it_says() -> None:
    head = {"book": 1, "number": 2, "previous": chain.CHAIN_START}
    digests = chain.pack_digests([(7, hashlib.sha256(b"x").digest())])
    hashes = {chain.seal_hash(head, digests), chain.seal_hash({**head, "number": 3}, digests), chain.seal_hash(head, digests[:-1] + b"\0")}
    assert len(hashes) == 3


def test_the_canonical_form_is_fixed() -> None:
    assert chain.canonical({"text": "ä\n", "id": 1, "lines": [{"on": "2026-01-02", "party": None}]}) == (
        '{"id": 1, "text": "ä\\n", "lines": [{"on": "2026-01-02", "party": null}]}'
    )
