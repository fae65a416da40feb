"""The words that people and mail programs write around quotes and below mails, in the languages of our citizens.

Tables: to teach a new program or language, add its words and a line to the test. Patterns are anchored and hold no
nested repetition, so each costs at most one pass over one line.

    quoting      the lines above an old mail: who wrote when, separators, header blocks
    footers      what phones, mail services, scanners and offices append
    cards        posts, companies, addresses, and what people note beside them
    closings     greetings and courtesy endings, and the words by which a sentence is told from a signature's line
"""

from daemon.mime.phrases.cards import heads_note, is_card, is_noted, names_time
from daemon.mime.phrases.closings import (
    closes,
    closes_and_signs,
    ends_late,
    greets,
    is_reference,
    is_sentence,
    is_thanks,
    names_person,
    opens_too,
    resumes,
    signs,
)
from daemon.mime.phrases.footers import disclaimers, is_contact, is_footer_line, is_heading, is_standing
from daemon.mime.phrases.quoting import (
    announces_quote,
    ends_announcement,
    forwards,
    header_field,
    is_dated,
    may_announce,
    separates,
)

__all__ = [
    "announces_quote",
    "closes",
    "closes_and_signs",
    "disclaimers",
    "ends_announcement",
    "ends_late",
    "forwards",
    "greets",
    "header_field",
    "heads_note",
    "is_card",
    "is_contact",
    "is_dated",
    "is_footer_line",
    "is_heading",
    "is_noted",
    "is_reference",
    "is_sentence",
    "is_standing",
    "is_thanks",
    "may_announce",
    "names_person",
    "names_time",
    "opens_too",
    "resumes",
    "separates",
    "signs",
]
