"""The shape of a language's phrases: what `wording.py` looks for, one tuple of patterns each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Patterns of one language, written as folded text is (`fields.folded`): lower case, no accents, ss for ß.

    `titles` is how an answering machine names itself in a subject, `soft_titles` what people write there, too;
    `person_away` a subject that says of somebody that he is away; `away`, `urgent`, `back`, `unread` and `thanks` are the sentences that notices are made of;
    `automatic` a machine's naming itself in the text; `anybody` a salutation to whoever wrote. `tells` is somebody's telling of an automatic reply
    or a bounce, `matter` a wish or question, `town` what only citizens write of: machines have none of these. `receipt_titles`, `received` and
    `reference` make up receipts of other systems; `bounce_titles`, `bounce_text` bounces; `read_titles`,
    `read_text` read receipts; `calendar_titles` answers to invitations.
    """

    titles: tuple[str, ...] = ()
    soft_titles: tuple[str, ...] = ()
    person_away: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    thanks: tuple[str, ...] = ()
    automatic: tuple[str, ...] = ()
    anybody: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    matter: tuple[str, ...] = ()
    town: tuple[str, ...] = ()
    receipt_titles: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    bounce_titles: tuple[str, ...] = ()
    bounce_text: tuple[str, ...] = ()
    read_titles: tuple[str, ...] = ()
    read_text: tuple[str, ...] = ()
    calendar_titles: tuple[str, ...] = ()
