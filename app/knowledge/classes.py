"""Which classes a medicine belongs to: by ingredient, and by route or release where that matters."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.domain.medicines import MedicineIdentity
from app.knowledge.rows import ClassRow, ClassTitleRow
from app.knowledge.subjects import Subject

# A form says the route where the product's name does not.
_ROUTE_OF_FORM = {
    "inhaler": "inhaled",
    "patch": "transdermal",
    "cream": "topical",
    "gel": "topical",
    "ointment": "topical",
    "injection": "injection",
    "suppository": "rectal",
    "eye drops": "ophthalmic",
    "nasal spray": "nasal",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    class_: str
    routes: frozenset[str]
    release: str

    def holds(self, route: str, release: str) -> bool:
        if self.release and self.release != release:
            return False
        return not self.routes or route in self.routes


@dataclass(frozen=True, slots=True)
class Membership:
    """Class membership by ingredient, with the classes above each class."""

    entries: dict[str, tuple[_Entry, ...]]
    above: dict[str, frozenset[str]]
    by_class: dict[str, frozenset[str]]
    known: frozenset[str]  # every class that has a member or a title
    # By what a product is: a few hundred of them make up every medicine list.
    found: dict[tuple[tuple[str, ...], str, str], frozenset[Subject]] = field(default_factory=dict)

    def members(self, class_: str) -> frozenset[str]:
        """The ingredients of a class and of the classes below it."""
        return self.by_class.get(class_, frozenset())

    def classes_of(self, identity: MedicineIdentity) -> frozenset[str]:
        route = route_of(identity)
        found = {
            entry.class_
            for name in identity.ingredient_names
            for entry in self.entries.get(name, ())
            if entry.holds(route, identity.release)
        }
        return frozenset(found).union(*(self.above.get(c, frozenset()) for c in found))

    def subjects_of(self, identity: MedicineIdentity) -> frozenset[Subject]:
        """Its ingredients and its classes, as rules and tables name them."""
        names = identity.ingredient_names
        key = (names, route_of(identity), identity.release)
        if key not in self.found:
            ingredients = {Subject("ingredient", name) for name in names}
            classes = {Subject("class", class_) for class_ in self.classes_of(identity)}
            self.found[key] = frozenset(ingredients | classes)
        return self.found[key]


def route_of(identity: MedicineIdentity) -> str:
    """
    The route, read from the form where it isn't said.

    A product that says neither counts as taken by mouth: missing a systemic effect is worse than
    asking about one, and almost every entry without a route is a tablet.
    """
    return identity.route or _ROUTE_OF_FORM.get(identity.form, "oral")


def memberships(classes: Iterable[ClassRow], titles: Iterable[ClassTitleRow]) -> Membership:
    entries: dict[str, list[_Entry]] = {}
    for row in classes:
        routes = frozenset(row.route.split("|")) if row.route else frozenset[str]()
        entries.setdefault(row.ingredient, []).append(_Entry(row.class_, routes, row.release))
    titled = tuple(titles)
    parents = {row.class_: row.parent for row in titled if row.parent}
    above = {child: frozenset(_chain(child, parents)) for child in parents}
    by_class: dict[str, set[str]] = {}
    for ingredient, found in entries.items():
        for class_ in {c for e in found for c in (e.class_, *above.get(e.class_, ()))}:
            by_class.setdefault(class_, set()).add(ingredient)
    return Membership(
        {ingredient: tuple(found) for ingredient, found in entries.items()},
        above,
        {class_: frozenset(members) for class_, members in by_class.items()},
        frozenset(by_class) | {row.class_ for row in titled} | set(parents.values()),
    )


def _chain(child: str, parents: dict[str, str]) -> list[str]:
    chain: list[str] = []
    while (parent := parents.get(child)) and parent not in chain:
        chain.append(parent)
        child = parent
    return chain
