"""From the bytes of a mail to one immutable `model.Message`. After `parse`, nobody parses again.

Owns: reading RFC 5322, 2045-2049, 2231, 6532, 3676, 3464, 8098 and 5965 as they are found in the wild, and
every guess that this needs. Does not own: what a message means (`gate`), whom it answers (`threads`).
Pure: no clock, no files, no network. Decisions 0020-0024 say why it is built like this.

How a message goes through, one module each:

    outline      cuts away what nobody reads before a parser sees it; every bound is kept here
    heads        what the fields of one part say
    structure    the one door to mail-parser: the tree of parts, and the address lists
    headers      fields in order, unfolded;   words  RFC 2047;   parameters  RFC 2231;   ids  Message-IDs
    bodies       which parts are the text;    charsets, flowed, hypertext  make it readable
    quotes       what the sender wrote now, apart from what is quoted and signed; signatures  where a letter ends
    phrases      the words that tell both, in the languages of our citizens
    attachments, reports, fingerprint         the rest of the value
"""

from daemon.mime.message import parse
from daemon.mime.outline import Outline, outline
from daemon.mime.unread import unread

__all__ = ["Outline", "outline", "parse", "unread"]
