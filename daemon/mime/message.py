"""`parse`: the plot of reading a mail, step by step. Each step's craft is in the module it names."""

from __future__ import annotations

import hashlib
from typing import Final

from daemon.config import Limits
from daemon.errors import Unreadable
from daemon.mime import attachments, bodies, fingerprint, headers, ids, quotes, reports, structure, words
from daemon.mime.outline import Outline, outline
from daemon.model import Message

_LONGEST_SUBJECT: Final = 2000

_Fields = tuple[tuple[str, str], ...]


def parse(
    data: bytes, limits: Limits, *, sha256: str | None = None, size: int | None = None, complete: bool = True
) -> Message:
    """Read a message. `sha256` and `size` speak of the whole message where `data` is only its beginning.

    What is broken or over a limit is named in `Message.defects`, in sentences, and the rest is read.
    Raises `errors.Unreadable`, and nothing else, where there is not one header field. Work is linear in
    the size of `data`, and what is copied of it is bounded by `limits.parse_size`.
    """
    digest = sha256 or hashlib.sha256(data).hexdigest()
    reduced = outline(data, limits, f"X-Octets-{digest[:16]}")
    if not reduced.fields:
        raise Unreadable(
            "The message has no header that could be read; it is kept in quarantine until a person has looked at it."
        )
    return _message(reduced, limits, digest, len(data) if size is None else size, complete)


def _message(reduced: Outline, limits: Limits, digest: str, size: int, complete: bool) -> Message:
    root, parser_defects = structure.parts(reduced)
    fields = _fields(reduced, root)
    found = bodies.read(root, limits.text_size)
    text = found.text.strip()[: limits.text_size].strip()
    from_ = structure.addresses(_all(fields, "from"))
    sender = structure.addresses(_all(fields, "sender"))
    subject = words.line(next(iter(_all(fields, "subject")), ""))[:_LONGEST_SUBJECT].strip()
    layers = quotes.split(text, subject)
    message_id = next(iter(ids.read(_all(fields, "message-id"))), None)
    date = next(iter(_all(fields, "date")), None)
    attached = attachments.read(found.attachments)
    author = (sender if len(from_) > 1 and sender else from_)[:1]
    return Message(
        sha256=digest,
        size=size,
        headers=fields,
        subject=subject,
        from_=from_,
        sender=sender,
        reply_to=structure.addresses(_all(fields, "reply-to")),
        to=structure.addresses(_all(fields, "to")),
        cc=structure.addresses(_all(fields, "cc")),
        message_id=message_id,
        in_reply_to=ids.read(_all(fields, "in-reply-to")),
        references=ids.read(_all(fields, "references")),
        date=date,
        content_type=root.declared,
        content_params=root.head.content_type.params,
        content_types=tuple(part.declared for part in root.walk()),
        text=text,
        own_text=layers.own,
        quoted_text=layers.quoted,
        signature=layers.signature,
        attachments=attached,
        report=reports.read(root, text, from_, next(iter(_all(fields, "return-path")), None)),
        fingerprint=fingerprint.of(
            message_id, author[0].key if author else "", date, subject, text, tuple(item.name for item in attached)
        ),
        defects=_defects(reduced, root, found.text, limits, parser_defects, complete),
        complete=complete,
    )


def _fields(reduced: Outline, root: structure.Part) -> _Fields:
    """The header as text. Octets beyond ASCII that are no UTF-8 are read in the charset of the text."""
    hint = next((charset for part in root.walk() if (charset := part.head.content_type.get("charset"))), None)
    return tuple((name.decode("ascii", "replace"), headers.as_text(value, hint)) for name, value in reduced.fields)


def _all(fields: _Fields, name: str) -> tuple[str, ...]:
    return tuple(value for key, value in fields if key.lower() == name)


def _defects(
    reduced: Outline, root: structure.Part, text: str, limits: Limits, parser_defects: tuple[str, ...], complete: bool
) -> tuple[str, ...]:
    sentences = list(reduced.defects)
    sentences += [f"The MIME structure is faulty ({name})." for name in parser_defects]
    if reduced.text_cut or len(text.strip()) > limits.text_size:
        sentences.append("The text is longer than allowed; only its beginning was read.")
    if not complete:
        sentences.append("Only the beginning of the message was read.")
    if not text.strip() and (reason := bodies.unreadable_reason(root)):
        sentences.append(reason)
    return tuple(dict.fromkeys(sentences))
