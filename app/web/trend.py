"""One lab or vital over time as a small drawing with its values in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.chart import Measurement
from app.domain.codes import Coding
from app.web.words import day, number, unit

WIDTH, HEIGHT, LEFT, TOP = 300, 60, 20, 30
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    value: str


@dataclass(frozen=True, slots=True)
class Series:
    title: str
    words: str
    points: str
    dots: tuple[Dot, ...]
    limit: str = ""
    limit_y: int | None = None


def trend(measurements: Iterable[Measurement], measure: Coding | None) -> Series | None:
    """The newest six values of one code in one unit; nothing when there are fewer than two."""
    if measure is None:
        return None
    same = [m for m in measurements if measure.code in m.concept.codes(measure.system)]
    same.sort(key=lambda m: m.taken)
    recent = [m for m in same if m.unit == same[-1].unit][-SHOWN:]
    if len(recent) < 2:
        return None
    measured = unit(recent[-1].unit)
    words = ", ".join(f"{number(m.value)} on {day(m.taken)}" for m in reversed(recent))
    dots = tuple(_dots(recent))
    return Series(
        title=f"{measure.display or measure.code}{f' ({measured})' if measured else ''}",
        words=words,
        points=" ".join(f"{d.x},{d.y}" for d in dots),
        dots=dots,
    )


def _dots(recent: list[Measurement]) -> Iterable[Dot]:
    first, last = recent[0].taken.toordinal(), recent[-1].taken.toordinal()
    low, high = min(m.value for m in recent), max(m.value for m in recent)
    for m in recent:
        along = (m.taken.toordinal() - first) / max(last - first, 1)
        up = float((m.value - low) / (high - low)) if high != low else 0.5
        yield Dot(LEFT + round(along * WIDTH), TOP + round((1 - up) * HEIGHT), number(m.value))
