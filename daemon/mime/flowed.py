"""format=flowed (RFC 3676): soft line breaks taken back, so that a paragraph is one line again."""

from __future__ import annotations


def unflow(text: str, *, delete_space: bool) -> str:
    """Text with its flowed lines joined. `delete_space` is the parameter DelSp=yes (RFC 3676 §4.1)."""
    output: list[str] = []
    paragraph: list[str] = []
    depth = 0
    for line in text.split("\n"):
        quotes, content = _unstuffed(line)
        if paragraph and quotes != depth:
            output.append(_quoted(depth, "".join(paragraph)))  # RFC 3676 §4.5: a change of depth ends it
            paragraph = []
        depth = quotes
        # RFC 3676 §4.3: the signature separator ends in a space and is never flowed.
        if content.endswith(" ") and content != "-- ":
            paragraph.append(content[:-1] if delete_space else content)
            continue
        if content == "-- " and paragraph:
            output.append(_quoted(depth, "".join(paragraph)))
            paragraph = []
        output.append(_quoted(depth, "".join(paragraph) + content))
        paragraph = []
    if paragraph:
        output.append(_quoted(depth, "".join(paragraph)))
    return "\n".join(output)


def _unstuffed(line: str) -> tuple[int, str]:
    """Quote depth and content, without the stuffed space (RFC 3676 §4.4)."""
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")


def _quoted(depth: int, content: str) -> str:
    return f"{'>' * depth} {content}" if depth else content
