"""A sealed value opens only in its own row and column, with its own key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launch.errors import LaunchError
from launch.seal import TokenSeal, key_of

OLD, NEW = {"k1": b"1" * 32}, {"k2": b"2" * 32}
ROW = key_of("session")


@given(st.binary(max_size=200))
def test_opens_what_it_closed(plain: bytes) -> None:
    seal = TokenSeal(OLD)
    assert seal.open(seal.close(plain, ROW, "tokens"), ROW, "tokens") == plain


def test_the_same_text_never_looks_the_same() -> None:
    seal = TokenSeal(OLD)
    assert seal.close(b"x", ROW, "tokens") != seal.close(b"x", ROW, "tokens")


@pytest.mark.parametrize(
    ("row", "column"), [(key_of("other"), "tokens"), (ROW, "context"), ("", ""), (ROW, "tokens|k1")]
)
def test_does_not_open_in_another_place(row: str, column: str) -> None:
    seal = TokenSeal(OLD)
    with pytest.raises(LaunchError, match="CMM-1047"):
        seal.open(seal.close(b"x", ROW, "tokens"), row, column)


@given(st.binary(max_size=60))
def test_junk_is_refused_and_nothing_else(junk: bytes) -> None:
    for sealed in (junk, b"\x01" + junk, b"\x01\x02k1" + junk):
        with pytest.raises(LaunchError, match="CMM-1047"):
            TokenSeal(OLD).open(sealed, ROW, "tokens")


def test_every_flipped_bit_is_noticed() -> None:
    seal = TokenSeal(OLD)
    sealed = seal.close(b"secret", ROW, "tokens")
    for place in range(len(sealed)):
        flipped = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(LaunchError, match="CMM-1047"):
            seal.open(flipped, ROW, "tokens")


class TestRotation:
    def test_the_new_key_writes_and_the_old_one_still_reads(self) -> None:
        sealed = TokenSeal(OLD).close(b"x", ROW, "tokens")
        both = TokenSeal(NEW | OLD)
        assert both.open(sealed, ROW, "tokens") == b"x"
        again = both.close(b"x", ROW, "tokens")
        assert TokenSeal(NEW).open(again, ROW, "tokens") == b"x"

    def test_a_key_that_was_taken_away_opens_nothing(self) -> None:
        sealed = TokenSeal(OLD).close(b"x", ROW, "tokens")
        with pytest.raises(LaunchError, match="CMM-1047"):
            TokenSeal(NEW).open(sealed, ROW, "tokens")

    def test_another_key_under_the_same_name_opens_nothing(self) -> None:
        sealed = TokenSeal(OLD).close(b"x", ROW, "tokens")
        with pytest.raises(LaunchError, match="CMM-1047"):
            TokenSeal({"k1": b"2" * 32}).open(sealed, ROW, "tokens")


class TestKeysFromText:
    def test_reads_what_it_makes(self) -> None:
        first, second = TokenSeal.new_key(), TokenSeal.new_key()
        sealed = TokenSeal.from_text(f"k1:{first}").close(b"x", ROW, "tokens")
        seal = TokenSeal.from_text(f"k2:{second}, k1:{first}")
        assert seal.open(sealed, ROW, "tokens") == b"x"
        assert seal.open(sealed, ROW, "tokens") == b"x"

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "write seal keys as id:base64url"),
            ("k1", "write seal keys as id:base64url"),
            ("k1:", "seal key k1 must be 32 bytes"),
            ("k1:AAAA", "seal key k1 must be 32 bytes"),
            ("k1:ä", "seal key k1 is not base64url"),
            ("k 1:" + "A" * 43, "a seal key id is 1-32 letters"),
        ],
    )
    def test_says_what_is_wrong_without_showing_a_key(self, text: str, says: str) -> None:
        with pytest.raises(ValueError, match=says):
            TokenSeal.from_text(text)

    def test_needs_at_least_one(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            TokenSeal({})
