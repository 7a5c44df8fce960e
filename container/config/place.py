"""The place of a character of a text in its file, through quotes, escapes, folded and indented lines."""

from __future__ import annotations

from collections.abc import Iterator

from container.node import Node

_BLANK_ESCAPES = frozenset("ntrefvab0NLP_ \t")
"""Escapes of blanks and of other characters that no expression holds, so that it does not matter how they count."""
_HEXADECIMAL = {"x": 2, "u": 4, "U": 8}


def place(node: Node, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a character inside a node's text; of the node where that cannot be told."""
    if not offset:
        return node.line, node.column
    if not node.lines:
        return node.line, node.column + offset
    # Blanks are folded, taken away and made anew between file and text; everything else stands there in its order.
    before = sum(not letter.isspace() for letter in node.raw[:offset])
    for number, column in _letters(node):
        if not before:
            return node.line + number, column + 1
        before -= 1
    return node.line, node.column


def _letters(node: Node) -> Iterator[tuple[int, int]]:
    """Line and column, from 0 and from the node's first line, of each letter of its text that is no blank."""
    quote = node.lines[0][node.column - 1 : node.column] if node.quoted and not node.block else ""
    for number, line in enumerate(node.lines):
        column = 0
        if number == 0:
            column = len(line) if node.block else node.column - 1 + len(quote)
        while column < len(line):
            letter, start = line[column], column
            column += 1
            if quote == '"' and letter == "\\":
                letter = line[column : column + 1]
                column += 1 + _HEXADECIMAL.get(letter, 0)
                if letter in _BLANK_ESCAPES:
                    continue
            elif quote == "'" == letter:
                column += 1
            if not letter.isspace():
                yield number, start
