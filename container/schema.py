"""The schema: options declared once on a class, for decoding, messages, JSON Schema, ``explain`` and docs alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, cast, dataclass_transform, overload

from container.node import Node
from container.problem import slip

if TYPE_CHECKING:
    from container.component import Condition
    from container.context import Context

T = TypeVar("T")


class Required:
    """Marks an option without a default."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = Required()


class Invalid:
    """What a kind returns after it reported a problem: the value must not be used.

    ``rest`` is what else is wrong with it, as far as that can be known: an object with ``complaints()``, or None.
    """

    def __init__(self, rest: Any = None) -> None:
        self.rest = rest

    def __repr__(self) -> str:
        return "INVALID"


INVALID = Invalid()


class When(Protocol):
    """Conditions that must all hold: a trigger's, by its name, or some written out where they are needed."""

    name: str
    conditions: list[Condition]

    def holds(self, context: Context) -> bool:
        """Whether every condition holds."""

    def why(self, context: Context) -> str:
        """What made it hold, or the first condition that does not, each with the value it saw."""

    def told(self, context: Context) -> str:
        """Why, with its name when it has one."""

    def event_names(self) -> frozenset[str] | None:
        """The only event names it can hold for, or None when any may do. Known when the whole file was read."""


class Reader(Protocol):
    """What a kind may ask of the loader while it decodes a node."""

    secrets_required: bool

    def problem(self, node: Node, kind: str, text: str, hint: str, *, offset: int = 0) -> None:
        """Report an error at a node; ``offset`` characters into its text."""

    def warning(self, node: Node, kind: str, text: str, hint: str) -> None:
        """Report something worth a look that does not stop the container."""

    def refer(self, node: Node, what: str, name: str, *, offset: int = 0) -> None:
        """Say that ``name`` must be a trigger, variable, tag or client; checked when the whole file was read."""

    def when(self, node: Node) -> When | Invalid:
        """Decode what answers "when": the name of a trigger, or conditions."""

    def asks_consent(self, node: Node, *, offset: int = 0) -> None:
        """Say that the visitor's consent is asked here, so that nothing that decides about consent may need it."""


class Kind(Generic[T]):
    """How one value is written: its name in messages, its decoding, its JSON Schema."""

    noun = "a value"
    secret = False
    mapping = False
    """Whether the value itself may be written as a mapping."""

    def decode(self, node: Node, reader: Reader) -> T | Invalid:
        """The value, or INVALID after the problem was reported to ``reader``."""
        raise NotImplementedError  # pragma: no cover - abstract

    def json_schema(self) -> dict[str, Any]:
        """A JSON Schema of the value as it is meant, for editors."""
        return {}

    def written(self) -> dict[str, Any]:
        """A JSON Schema of what may stand in the file: the value, or a ``$NAME`` from the environment."""
        schema = self.json_schema()
        types = schema.get("type", ())
        if not schema or "$ref" in schema or (("string" in types) and not schema.keys() & {"pattern", "enum"}):
            return schema
        return {"anyOf": [schema, {"$ref": "#/$defs/environment"}]}

    def expected(self, node: Node, reader: Reader, hint: str = "") -> Invalid:
        """Report that the node is not what this kind wants."""
        if not node.missing:  # an unset $NAME is reported once, by the loader
            advice = hint or self.advice(node)
            reader.problem(node, "type", f"expected {self.noun}, found {node.noun}", slip(node.plainly, advice))
        return INVALID

    def advice(self, node: Node) -> str:
        """What to do about a node of the wrong type."""
        return f"write {self.noun}"


@dataclass(slots=True)
class Option:
    """One option of a component: its kind, one sentence of help, its default; ``bare`` may stand without its name."""

    kind: Kind[Any]
    help: str
    default: Any = REQUIRED
    bare: bool = False
    name: str = ""

    @property
    def required(self) -> bool:
        """Whether the user has to write it."""
        return self.default is REQUIRED


@overload
def option(kind: Kind[T], help: str, *, bare: bool = ...) -> T: ...
@overload
def option(kind: Kind[T], help: str, *, default: T, bare: bool = ...) -> T: ...
@overload
def option(kind: Kind[T], help: str, *, default: None, bare: bool = ...) -> T | None: ...
def option(kind: Kind[Any], help: str, *, default: Any = REQUIRED, bare: bool = False) -> Any:
    """Declare an option as a class attribute; on instances the attribute holds the decoded value."""
    return cast(Any, Option(kind, help, default, bare))


@dataclass_transform(kw_only_default=True, field_specifiers=(option,))
class Options:
    """A class whose options are declared by ``option()``; built with decoded values by keyword."""

    options: ClassVar[dict[str, Option]] = {}

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        own: dict[str, Option] = {}
        for name, value in vars(cls).items():
            if isinstance(value, Option):
                value.name = name.rstrip("_")
                own[value.name] = value
        cls.options = {**cls.options, **own}

    if not TYPE_CHECKING:

        def __init__(self, **values: Any) -> None:
            unknown = values.keys() - {attribute(name, type(self)) for name in self.options}
            if unknown:
                raise TypeError(f"{type(self).__name__} has no option {', '.join(sorted(unknown))}")
            for name, declared in self.options.items():
                key = attribute(name, type(self))
                if key in values:
                    setattr(self, key, values[key])
                elif declared.required:
                    raise TypeError(f"{type(self).__name__} needs the option {name}")
                else:
                    setattr(self, key, declared.default)
            self.ready()

    def ready(self) -> None:
        """Called once after the options are set: the place to precompute what hits would otherwise pay for."""

    @classmethod
    def bare_option(cls) -> Option | None:
        """The option that may be written without its name."""
        return next((one for one in cls.options.values() if one.bare), None)

    @classmethod
    def summary(cls) -> str:
        """The first paragraph of the docstring as one line."""
        text = (cls.__doc__ or "").strip().split("\n\n")[0]
        return " ".join(text.split())

    @classmethod
    def explanation(cls) -> str:
        """The whole docstring, its indentation removed."""
        import inspect

        return inspect.cleandoc(cls.__doc__ or "")


def attribute(name: str, cls: type[Options]) -> str:
    """The attribute that holds an option: its name, with an underscore behind where Python keeps the word."""
    return name if isinstance(vars_of(cls).get(name), Option) else f"{name}_"


def vars_of(cls: type) -> dict[str, Any]:
    """The class attributes of a class and of all it inherits from."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        found.update(vars(base))
    return found


class Rest:
    """What options that could not all be read still have to complain about: only of those that could."""

    def __init__(self, cls: type[Options], values: dict[str, Any], unread: frozenset[str]) -> None:
        self._cls, self._values, self._unread = cls, values, unread

    def complaints(self) -> Iterable[Any]:
        """The complaints up to the first one that asks for what could not be read."""
        if not hasattr(self._cls, "complaints"):
            return
        try:
            yield from self._half().complaints()
        except Exception:  # noqa: BLE001 - it was asked about a thing that is not whole
            return

    def _half(self) -> Any:
        unread = self._unread

        def get(half: Any, name: str) -> Any:
            if name in unread:
                raise LookupError(name)
            return object.__getattribute__(half, name)

        half: Any = object.__new__(type(self._cls.__name__, (self._cls,), {"__getattribute__": get}))
        for name, declared in self._cls.options.items():
            key = attribute(name, self._cls)
            if key not in unread:
                object.__setattr__(half, key, self._values.get(key, declared.default))
        return half


def required_names(options: Iterable[Option]) -> list[str]:
    """The names of the options a user has to write."""
    return [one.name for one in options if one.required]
