"""Reading: one YAML file to a type of tag, or every problem it has with its place."""

from __future__ import annotations

from pathlib import Path

from container.component import Tag
from container.config.compose import Composer
from container.node import Node
from container.outgoing.body import BodyKind
from container.problem import Problem, suggestion
from container.schema import Invalid
from container.template.check import check
from container.template.examples import read_examples
from container.template.file import EVENT_NAMES, REQUEST_NAMES, TemplateFile
from container.template.options import declared
from container.template.tag import Template, TemplateTag

_read: dict[tuple[Path, str], tuple[tuple[int, int], tuple[type[Tag] | None, list[Problem]]]] = {}
"""What came of each file, with when it was written and its size: one that is as it was is not read again."""


def read_template(file: Path, class_name: str, module: str) -> tuple[type[Tag] | None, list[Problem]]:
    """The type of tag a file declares, None when it has an error or is no template; and every problem of it.

    A file of sections is a part of a configuration that somebody includes, and no template.
    """
    status = file.stat()
    written = (status.st_mtime_ns, status.st_size)
    key = (file, module)
    if key not in _read or _read[key][0] != written:
        _read[key] = (written, _fresh(file, class_name, module))
    found, problems = _read[key][1]
    return found, list(problems)


def _fresh(file: Path, class_name: str, module: str) -> tuple[type[Tag] | None, list[Problem]]:
    # Not above: a configuration's own reading needs the registry, which needs this.
    from container.config.decode import Decoder
    from container.config.include import WORD
    from container.config.load import SECTIONS
    from container.kinds import decode_options
    from container.registry import Registry

    composer = Composer({})
    top = composer.read(file)
    decoder = Decoder(Registry({"condition": {}}))
    decoder.problems = composer.problems
    if top is None:
        return None, composer.problems
    if top.items and top.items.keys() <= {*SECTIONS, WORD}:
        return None, []
    for node in composer.unset:
        decoder.problem(node, "environment", "a template reads nothing from the environment", "make it an option")
    declaration = decode_options(TemplateFile, top, decoder, title="a tag template")
    for mention in decoder.mentions:
        names = {*(REQUEST_NAMES if mention.node.path.startswith("request") else EVENT_NAMES), "event", "consent"}
        text = f"'{mention.name}' is not known here"
        decoder.problem(mention.node, "unknown", text, suggestion(mention.name, names), offset=mention.offset)
    if isinstance(declaration, Invalid):
        return None, sorted(set(decoder.problems))
    empty = Node("mapping", top.file, 1, 1, "options")
    options = declared(declaration, top.items.get("options", empty), decoder)
    check(declaration, options, top, decoder)
    problems = sorted(set(decoder.problems))
    if any(not one.warning for one in problems):
        return None, problems
    identity = declaration.deduplicated_by
    if identity is None:
        identity = BodyKind(EVENT_NAMES).decode(_scalar(top, "{{ event_id }}"), decoder)
    made = Template(declaration, top, tuple(one.rule() for one in declaration.answers), identity)
    fields = {
        "__doc__": declaration.description,
        "__module__": module,
        "template": made,
        "advertising": declaration.advertising,
        "batch_limit": declaration.batch,
        "oldest": declaration.oldest,
    }
    cls: type[TemplateTag] = type(class_name, (TemplateTag,), {**fields, **options})
    cls.examples = read_examples(cls, decoder)
    problems = sorted(set(decoder.problems))
    return (None if any(not one.warning for one in problems) else cls), problems


def _scalar(top: Node, text: str) -> Node:
    return Node("scalar", top.file, top.line, top.column, "", text, text, quoted=True)
