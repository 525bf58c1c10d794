"""Kleene's logic: unknown stays unknown until one answer decides."""

import pytest

from app.assessment.answers import (
    Answer,
    CannotTell,
    Found,
    NotFound,
    all_of,
    any_of,
    at_least,
    none_of,
)

YES, NO, OPEN = Found(), NotFound(("looked",)), CannotTell(("a potassium",))


@pytest.mark.parametrize(
    ("parts", "all_", "any_", "none"),
    [
        ((YES, YES), Found, Found, NotFound),
        ((YES, NO), NotFound, Found, NotFound),
        ((NO, NO), NotFound, NotFound, Found),
        ((YES, OPEN), CannotTell, Found, NotFound),
        ((NO, OPEN), NotFound, CannotTell, CannotTell),
        ((OPEN, OPEN), CannotTell, CannotTell, CannotTell),
        ((OPEN, NO), NotFound, CannotTell, CannotTell),
    ],
)
def test_truth_table(parts: tuple[Answer, ...], all_: type, any_: type, none: type) -> None:
    assert isinstance(all_of(parts), all_)
    assert isinstance(any_of(parts), any_)
    assert isinstance(none_of(any_of(parts)), none)


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ((YES, YES, NO), Found),
        ((YES, OPEN, NO), CannotTell),
        ((YES, NO, NO), NotFound),
        ((OPEN, OPEN, NO), CannotTell),
        ((OPEN, NO, NO), NotFound),
    ],
)
def test_at_least_two_of_three(parts: tuple[Answer, ...], answer: type) -> None:
    assert isinstance(at_least(2, parts), answer)


def test_all_of_stops_at_the_first_no() -> None:
    def parts() -> object:
        yield NO
        raise AssertionError("asked on after a no")

    assert all_of(parts()) == NO  # type: ignore[arg-type]


def test_a_no_about_somebody_else_stays_one_only_where_every_part_is() -> None:
    other = NotFound(("no gout recorded",), elsewhere=True)
    assert any_of((other, other)) == other
    assert any_of((other, NO)) == NotFound(("no gout recorded", "looked"))


def test_what_is_missing_is_named_once() -> None:
    assert all_of((OPEN, OPEN)) == CannotTell(("a potassium",))


def test_what_was_never_read_is_said_before_what_is_missing() -> None:
    unread = CannotTell(("the problem list was not read",), unread=True)
    assert all_of((unread, OPEN)) == unread
    assert any_of((OPEN, unread, NO)) == unread
