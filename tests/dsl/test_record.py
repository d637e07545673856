"""Records are frozen, slotted dataclasses to everyone who uses them."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any

import pytest
from txc.dsl.record import Cached, record


@record
class Base:
    """A base with a field that only a name gives."""

    span: int = field(default=-1, compare=False, repr=False, kw_only=True)


@record
class Pair(Base):
    """Two fields, one with a default."""

    left: object
    right: object = 2

    def __str__(self) -> str:
        return f"{self.left}, {self.right}"


@record
class Other(Base):
    """The fields of Pair, in another class."""

    left: object
    right: object = 2


@record
class Bag:
    """A default made anew each time, and a field after it."""

    items: list[int] = field(default_factory=list[int])
    size: int = 0


@record
class Text(Cached):
    """A record that keeps what it computed."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """The words of the text."""
        return self.text.split()


@record
class Nothing:
    """No fields at all."""


@record
class Named:
    """A record with methods of its own where a record would get them."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.name.lower() == other.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Compiled:
    """What `dataclass` itself makes, to compare with."""

    left: object
    right: object = 2


@pytest.mark.parametrize("made", [Pair(1), Pair(1, 2), Pair(left=1), Pair(1, right=2), Pair(1, span=5),
                                  Pair(right=2, span=7, left=1)])
def test_fields_are_given_by_position_by_name_or_not_at_all(made: Pair) -> None:
    """However it was made, it is equal, and so are hashes; fields that do not compare do not count."""
    assert (made.left, made.right) == (1, 2)
    assert made == Pair(1, 2) and hash(made) == hash(Pair(1, 2))


@pytest.mark.parametrize(("arguments", "named", "says"), [
    ((), {}, "left"), ((1, 2, 3), {}, "3 values"), ((1,), {"left": 1}, "'left'"), ((1,), {"lft": 1}, "'lft'"),
    ((), {"right": 1}, "left"), ((1, 2, 3), {"span": 4}, "span"), ((1, 2, 3, 4), {}, "4 values"),
])
def test_calls_that_make_no_sense_are_type_errors(arguments: tuple[int, ...], named: dict[str, int],
                                                  says: str) -> None:
    """As for any call, and the message names what is wrong."""
    with pytest.raises(TypeError, match=says):
        Pair(*arguments, **named)


def test_defaults_are_made_anew_where_the_class_asks_for_that() -> None:
    """Two records never share a list that a factory made; what follows a factory has its own default."""
    one, two = Bag(), Bag()
    one.items.append(1)
    assert (two.items, two.size) == ([], 0)


def test_equality_asks_for_the_same_class_and_content() -> None:
    """Another class with the same fields differs; subclasses of nothing in common compare as objects do."""
    assert Pair(1) != Other(1)
    assert Pair(1) != Pair(3)
    assert Pair(1) != (1, 2)
    assert Nothing() == Nothing() and hash(Nothing()) == hash(Nothing())


def test_own_methods_stay() -> None:
    """What a class defines is not replaced."""
    assert Named("A") == Named("a") and len({Named("A"), Named("a")}) == 1
    assert repr(Named("A")) == "A" and str(Pair(1)) == "1, 2"


def test_repr_is_that_of_a_dataclass() -> None:
    """The class and the fields that are to be shown."""
    assert repr(Pair(1, "x", span=4)) == repr(Compiled(1, "x")).replace("Compiled", "Pair")


def test_records_cannot_be_changed() -> None:
    """Neither fields nor anything else can be set or deleted; there is no dictionary for more."""
    made = Pair(1)
    with pytest.raises(FrozenInstanceError):
        made.left = 2  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(FrozenInstanceError):
        made.more = 2  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(FrozenInstanceError):
        del made.left  # pyright: ignore[reportAttributeAccessIssue]
    assert not hasattr(made, "__dict__")


@pytest.mark.parametrize("made", [Pair([1], span=4), Bag([1], 2), Text("a b"), Nothing()])
def test_records_survive_copies_and_pickles(made: Any) -> None:
    """All fields come back, those that do not compare too."""
    for twin in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert twin == made and type(twin) is type(made)
        assert [getattr(twin, f.name) for f in fields(made)] == [getattr(made, f.name) for f in fields(made)]


def test_the_tools_for_dataclasses_work() -> None:
    """`fields`, `replace`, `is_dataclass`, and patterns by position."""
    assert is_dataclass(Pair) and [f.name for f in fields(Pair)] == ["span", "left", "right"]
    changed = replace(Pair(1, span=4), right=5)
    assert (changed.left, changed.right, changed.span) == (1, 5, 4)
    match changed:
        case Pair(left, right):
            assert (left, right) == (1, 5)


def test_cached_properties_are_kept() -> None:
    """Computed once for a record, and again for one made from it."""
    text = Text("a b")
    assert text.words is text.words
    assert replace(text, text="c").words == ["c"]
