"""Reading: one YAML file to a type of tag, or every problem it has with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from container.component import Tag
from container.config.compose import Composer
from container.kinds import decode_options
from container.node import Node
from container.outgoing.written import BodyKind
from container.problem import Problem, suggestion
from container.schema import Invalid
from container.template.check import check
from container.template.examples import read_examples
from container.template.file import EVENT_NAMES, REQUEST_NAMES, Face, TemplateFile
from container.template.options import declared
from container.template.tag import Template, TemplateTag

if TYPE_CHECKING:
    from container.config.decode import Decoder

T = TypeVar("T")
Read = tuple[type[Tag] | None, list[Problem]]

_read: dict[tuple[Path, str, bool], tuple[tuple[int, int], Read]] = {}
"""What came of each file, with when it was written and its size: one that is as it was is not read again."""


def read_template(file: Path, class_name: str, module: str, *, checked: bool = True) -> Read:
    """The type of tag a file declares, None when it has an error or is no template; and every problem of it.

    A file of sections is a part of a configuration that somebody includes, and no template. A file that is known to be
    sound need not be ``checked``: most of it is then read when the first tag is made of it.
    """
    status = file.stat()
    written = (status.st_mtime_ns, status.st_size)
    key = (file, module, checked)
    if key not in _read or _read[key][0] != written:
        _read[key] = (written, _fresh(file, class_name, module, checked))
    found, problems = _read[key][1]
    return found, list(problems)


class _Later(Generic[T]):
    """A class attribute that is worked out when it is first asked for."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._made: list[T] = []

    def __get__(self, _: object, owner: type) -> T:
        if not self._made:
            self._made.append(self._make(owner))
        return self._made[0]


def _fresh(file: Path, class_name: str, module: str, checked: bool) -> Read:
    # Not above: a configuration's own reading needs the registry, which needs this.
    from container.config.include import WORD
    from container.config.load import SECTIONS

    composer = Composer({})
    top = composer.read(file)
    if top is None:
        return None, composer.problems
    if top.items and top.items.keys() <= {*SECTIONS, WORD}:
        return None, []
    decoder = _decoder()
    decoder.problems = composer.problems
    face = _whole(top, composer.unset, decoder) if checked else _face(top, decoder)
    if isinstance(face, Invalid):
        return None, sorted(set(decoder.problems))
    options = declared(face, top.items.get("options", Node("mapping", top.file, 1, 1, "options")), decoder)
    if isinstance(face, TemplateFile):
        check(face, options, top, decoder)
    if any(not one.warning for one in decoder.problems):
        return None, sorted(set(decoder.problems))
    fields: dict[str, Any] = {
        "__doc__": face.description,
        "__module__": module,
        "template": _Later(lambda _: _template(top)),
        "examples": _Later(lambda cls: read_examples(cls, _decoder())),
        "advertising": face.advertising,
        "batch_limit": face.batch,
        "oldest": face.oldest,
    }
    cls: type[TemplateTag] = type(class_name, (TemplateTag,), {**fields, **options})
    if checked:
        read_examples(cls, decoder)
    problems = sorted(set(decoder.problems))
    return (None if any(not one.warning for one in problems) else cls), problems


def _decoder() -> Decoder:
    from container.config.decode import Decoder
    from container.registry import Registry

    return Decoder(Registry({"condition": {}}))


def _face(top: Node, decoder: Decoder) -> Face | Invalid:
    seen = Node("mapping", top.file, top.line, top.column, top.path)
    seen.items = {name: node for name, node in top.items.items() if name in Face.options}
    seen.keys = top.keys
    return decode_options(Face, seen, decoder, title="a tag template")


def _whole(top: Node, unset: list[Node], decoder: Decoder) -> TemplateFile | Invalid:
    """All of a file; names in its expressions that mean nothing are reported."""
    for node in unset:
        decoder.problem(node, "environment", "a template reads nothing from the environment", "make it an option")
    found = decode_options(TemplateFile, top, decoder, title="a tag template")
    for mention in decoder.mentions:
        names = {*(REQUEST_NAMES if mention.node.path.startswith("request") else EVENT_NAMES), "event", "consent"}
        text = f"'{mention.name}' is not known here"
        decoder.problem(mention.node, "unknown", text, suggestion(mention.name, names), offset=mention.offset)
    return found


def _template(top: Node) -> Template:
    """What a sound file declares, at work."""
    decoder = _decoder()
    file = decode_options(TemplateFile, top, decoder, title="a tag template")
    if isinstance(file, Invalid):
        raise ValueError("; ".join(map(str, decoder.problems)))
    identity = file.deduplicated_by
    if identity is None:
        text = "{{ event_id }}"
        node = Node("scalar", top.file, top.line, top.column, "", text, text, quoted=True)
        identity = BodyKind(EVENT_NAMES).decode(node, decoder)
    return Template(file, top, tuple(one.rule() for one in file.answers), identity)
