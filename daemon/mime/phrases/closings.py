"""Greetings and courtesy endings of letters, and what tells a sentence from a line of a signature."""

from __future__ import annotations

import re
from typing import Final

#: Endings, each over a whole line or before a name. Words that open letters, too ("Servus", "Merhaba"), are not here.
_CLOSINGS: Final = (
    # German, Swiss German
    r"(?:es )?(?:gr(?:ü|ue?)(?:ß|ss)(?:t|en)?) (?:sie|dich|euch|ihr|ihre|euer|dein)\b",
    (
        r"(?:und )?(?:(?:mit|vielen?|ganz|bes(?:te[nmr]?|tem)|liebe[nmr]?|freundliche[nmr]?|freundl\.?|frdl\.?|herzliche[nmr]?|schöne[nmr]?"
        r"|sonnige[nmr]?|nette[nmr]?|kollegiale[nmr]?|winterliche[nmr]?|den|dem|einem|und|liebs|en|es|der) ){0,5}gr(?:ü|u|ue|üe)(?:ß|ss|s)(?:e|en|li|le)?"
    ),
    r"(?:freundlich |herzlich |es )?gr(?:ü|ue)(?:ß|ss)t(?: freundlich| herzlich)?|herzlichst|hochachtungsvoll|mit vorzüglicher hochachtung",
    r"(?:einen? )?schöne[ns]? (?:tag|abend|woche|wochenende|restwoche|feiertage|zeit)(?: noch)?(?: wünsch(?:t|en|e))?(?: ihnen)?",
    r"(?:ihre?|euer|eure|deine?),?$|.{0,60}\bverbleiben? (?:ich|wir)",
    r"(?:glg|mfg|m\.? ?f\.? ?g\.|lg|vg|bg|fg|hg|mbg)",
    # English
    r"(?:thanks?(?: you)? and |with |my |all )?(?:(?:kind(?:est)?|best|warm(?:est)?|many|sincere|friendly|good) ){0,2}(?:regards|rgds|wishes)",
    r"(?:yours )?(?:very )?(?:sincerely|faithfully|truly|respectfully|cordially)(?: yours)?|cheers|all the best|take care|br|best,",
    # French
    r"(?:bien |très )?cordialement(?: vôtre)?|bien à vous|respectueusement|sincèrement|amicalement|cdl?t|salutations",
    r"(?:avec (?:mes|nos) |mes |nos )?(?:(?:meilleures?|sincères|cordiales|respectueuses) )?salutations(?: (?:distinguées|les meilleures|cordiales|respectueuses))?",
    r"(?:dans l.attente .{3,60}, )?(?:je vous prie|nous vous prions|veuillez|recevez|agréez).{0,20}(?:agréer|recevoir|croire|d.agréer|accepter|madame|monsieur).{0,120}",
    r"(?:l.expression |l.assurance ).{0,40}(?:salutations|sentiments|considération).{0,20}",
    # Italian
    r"(?:(?:i (?:più|miei)|porgo|con i?|un|vi invio|le invio) ){0,2}(?:(?:più |molto )?(?:cordial[ie]|distinti|car[io]|migliori) )?salut[io]|cordialmente|in fede|con osservanza",
    # Spanish, Portuguese, Dutch, Romanian
    r"(?:muy )?(?:atentamente|cordialmente)|(?:(?:reciba|un|con|le|mis) ){0,2}(?:(?:cordial|atento|afectuoso)(?:es)? )?salud[oa]s?(?: (?:cordial|atent[oa])(?:es|s)?)?",
    r"atenciosamente|att|(?:com )?(?:os )?(?:(?:meus|melhores|nossos) )?cumprimentos|saudações",
    r"(?:met )?(?:(?:vriendelijke|hartelijke|beste) )?groet(?:en|jes)?|hoogachtend|mvg",
    r"cu (?:stimă|respect|drag|consideraţie|considerație|stima)|toate cele bune|salutări(?: cordiale)?|o zi (?:bună|frumoasă)",
    # Croatian, Bosnian, Serbian, Albanian
    (
        r"s[a]? (?:po)?štovanjem|(?:lijep |lep |srdačan |puno )pozdrav[ai]?|srdačno|lp|с поштовањем|me (?:respekt|nderime|shumë respekt|të mira|konsideratë)"
        r"|përshëndetje të përzemërta|sinqerisht|gjithë të mirat"
    ),
    # Turkish
    r"(?:en içten )?saygılar(?:ım(?:la|ızla)|ımı sunarım)?|(?:sevgi ve )?saygılarımla|hürmetlerimle|(?:i̇|i)yi (?:günler|çalışmalar) dilerim|kolay gelsin|selam ve saygılar(?:ımla)?|sevgiler",
    # Polish
    r"z (?:poważaniem|wyrazami szacunku|szacunkiem|góry dziękuję|pozdrowieniami)|(?:serdecznie )?pozdrawiam(?: serdecznie)?|(?:serdeczne )?pozdrowienia|łączę (?:wyrazy|pozdrowienia).{0,30}",
    # Ukrainian, Russian
    r"(?:з (?:великою )?повагою|з найкращими побажаннями|щиро(?: ваш[аі]?)?|на все добре|усього найкращого|з вдячністю)",
    r"(?:с уважением|с наилучшими пожеланиями|всего (?:доброго|хорошего|наилучшего)|искренне ваша?|с благодарностью)",
    # Arabic, Persian
    (
        r"(?:و?تفضلوا|و?تقبلوا).{0,60}|(?:مع )?(?:(?:[أا]طيب|خالص|فائق|[أا]سمى|جزيل|كل|وافر) )?(?:التحيات|التحية|تحياتي|تحيات|الاحترام|الود)"
        r"(?: (?:والتقدير|والاحترام|والشكر))?|مع (?:الشكر|جزيل الشكر|خالص الشكر)(?: والتقدير)?|ودمتم"
    ),
    r"با (?:احترام|تشکر|سپاس)(?: فراوان)?|ارادتمند",
)
_CLOSING: Final = "|".join(_CLOSINGS)
#: Before one there may stand thanks.
_THANKING: Final = (
    r"(?:(?:(?:schon (?:mal|jetzt) |viel(?:en|mals)? |herzlichen |besten |lieben )*(?:danke?|merci)|many thanks|thanks(?: a lot)?|thank you|(?:mille |molte )?grazie|(?:la|vi|le) ringrazi(?:o|amo)"
    r"|(?:muchas )?gracias|obrigad[oa]|bedankt|teşekkür(?:ler| ederim)|(?:z góry )?dziękuję|дякую|спасибо|hvala|mulțumesc|faleminderit)"
    r"(?: (?:im voraus|vorab|in advance|d.avance|in anticipo|schon mal|заздалегідь|заранее))?\s?(?:,|\.|!|&|\+|;| und| u\.| and| et| e| y| i| та| и)\s+)?"
)
#: Behind an ending there may stand a name, or "aus Musterlingen", or further courtesy; not a new sentence.
_CLOSES: Final = re.compile(rf"\W{{0,3}}{_THANKING}(?:{_CLOSING})(?!\w)(?P<behind>.*)$", re.IGNORECASE | re.DOTALL)
_CLOSES_LATE: Final = re.compile(
    r"[.!?,;…]\s+(?:mit (?:freundlichen|besten|lieben|herzlichen) gr(?:ü|u|ue)(?:ß|ss)(?:en)?|(?:viele|liebe|beste|freundliche|herzliche) gr(?:ü|ue)(?:ß|ss)e"
    r"|mfg|lg|vg|(?:kind|best) regards|cordialement|(?:cordiali|distinti) saluti)(?!\w)(?P<behind>[^.!?]{0,40})$",
    re.IGNORECASE,
)
#: Of the endings, those with which people open a letter, too.
_OPENS_TOO: Final = re.compile(
    r"\W{0,3}(?:(?:einen? )?schöne[ns]? |ihre?,?$|gr(?:ü|ue)(?:ß|ss)e?\W*$|gruss|cheers|(?:un |cordial )?salud|(?:un )?salut|sauda|salutări|o zi |"
    r"(?:i̇|i)yi |kolay |sevgiler|selam|pozdr|[^a-z]*تحي|hürmet|përsh)",
    re.IGNORECASE,
)
_LONGEST_BEHIND: Final = 45
_SIGNS: Final = re.compile(r"(?:i\. ?[av]\.|gez\.|ppa\.)\s", re.IGNORECASE)
_LONGEST_SIGNED: Final = 400
_SIGNED: Final = re.compile(r"\d{4}|@|www\.|\|")
#: "Grüße bitte ausrichten", "Sincerely sorry", "Grußkarte": no ending.
_GOES_ON: Final = re.compile(
    r"(?::(?![-)])|bitte|will?kommen|ausricht|sorry|disappoint|hop|ask|request)", re.IGNORECASE
)

_THANKS: Final = re.compile(
    r"\W{0,3}(?:(?:(?:viel(?:en|mals)|herzlichen|besten|lieben|schon mal|im voraus|ganz) ){0,3}dank(?:e(?:schön)?)?|merci|thanks?(?: you)?|many thanks|thx"
    r"|(?:mille |molte )?grazie|(?:muchas )?gracias|obrigad[oa]|bedankt|dank u|mulțumesc|hvala|faleminderit|teşekkür(?:ler| ederim| ederiz)?"
    r"|dziękuję|з подякою|дякую|спасибо|شكرا|شكراً|ممنون|mit dank|avec mes remerciements)"
    r"(?: (?:im voraus|schon mal|vorab|sehr|vielmals?|in advance|very much|a lot|d.avance|beaucoup|in anticipo|mille|z góry|заздалегідь|заранее|de antemano|lepa))?[ .!,]{0,3}$",
    re.IGNORECASE,
)
_GREETS: Final = re.compile(
    r"(?:sehr geehrte|geehrte|liebe[rs]?|werte[rs]?|hallo|hi|hey|guten (?:tag|morgen|abend)|grüezi|grüß gott|gruezi|moin|servus|hoi|sali|dear|hello|to whom"
    r"|good (?:morning|afternoon|evening|day)|bonjour|bonsoir|madame|monsieur|mesdames|chère?s?|buon ?(?:giorno|asera)|salve|gentil[ei]|egregi[oae]?|spett"
    r"|hola|buen[oa]s|estimad[oa]s?|bom dia|boa tarde|prezad[oa]s?|exm[oa]s?|geachte|beste|bună ziua|stimat[eăi]|dobar dan|poštovan[ia]|pozdrav|tungjatjeta"
    r"|përshëndetje|i nderuar|të nderuar|merhaba(?:lar)?|sayın|(?:i̇|i)yi günler|selam(?:lar)?|dzień dobry|szanown[aiy]|witam|добрий день|доброго дня|шановн[іа]|добрый день"
    r"|здравствуйте|уважаем[ыа][ея]|السلام عليكم|مرحبا|تحية طيبة|السيد|السادة|حضرة|سلام|با سلام)(?!\w)[^.?:]{0,60}$",
    re.IGNORECASE,
)

#: Where people go on below their name.
_RESUMES: Final = re.compile(
    r"(?:p\.? ?p?\.? ?s\b|post ?s[ck]riptum|nachtrag|ergänzung|zusatz|n\.? ?b\.|dodatek|уточнення|додатково|ملاحظة|ملحوظة)\W",
    re.IGNORECASE,
)
#: Labels of what the letter is about, and of what goes with it.
_REFERENCE: Final = re.compile(
    r"(?:betrifft|betr|betreff|bezug|objekt|ort|standort|tatort|einsatzort|schadensort|adresse der \w+|aktenzeichen|az|kassenzeichen|kundennummer"
    r"|zählernummer|anlagen?|anhang|concerne|objet|annexes?|lieu|oggetto|allegat[io]|luogo|subject|regarding|location|enclosures?|attachments?|konu|dotyczy"
    r"|załączniki?|стосується|додат(?:ок|ки)|тема|asunto|assunto|betreft|الموضوع|المرفقات)\.?\s?:",
    re.IGNORECASE,
)

#: Words of sentences, which names, posts and addresses do not have.
_SPEAKING: Final = frozenset(  # a table to read and to add to
    """
    ich mir mich wir uns mein meine meinen meinem meiner bitte nicht kein keine keinen ist sind war waren wird werden wurde
    wurden habe haben hat hatte hatten hätte hätten kann können könnte könnten möchte möchten muss müssen soll sollte sollten
    wäre würde würden wenn dass weil ob noch auch schon wieder immer wann warum wieso wo wer danke sie ihnen leider gibt
    sich steht liegt fehlt übrigens isch nöd cha chönd mer üs
    you your my please not is are was were have has had don't can't didn't isn't doesn't could would should need when where why
    if there still forgot it's it
    je nous vous votre vos sont pas n'est c'est merci pouvez voudrais était avez avons suis quand pourquoi aussi encore j'ai
    n'a n'ont qu'il
    non sono ho abbiamo è c'è vorrei grazie perché quando ancora anche può possiamo potete vostro vostra vorremmo
    estoy tengo puedo quiero necesito gracias está cuando nosotros usted ustedes favor hay
    não estou tenho preciso obrigado você quero
    ik wij niet graag alstublieft mijn kunt kunnen heeft heb nog ook bedankt
    vă rog sunt este mulțumesc avem dumneavoastră
    molim nije smo imam možete hvala još nisam
    nuk është lutem faleminderit keni
    lütfen değil bana bizim benim çok teşekkür rica ediyorum istiyorum nasıl yok beni
    proszę nie jest są jestem czy kiedy dziękuję jeszcze mogę chciałbym chciałabym mnie się mój moja
    я ми мені прошу ласка не є чи коли дякую можна ще мій моя нас мене будь
    мы мне пожалуйста нет когда спасибо можно ещё еще меня
    أنا نحن فضلك ليس هل متى شكرا أرجو لم لدي أريد لا يمكن
    لطفا نیست است هستم ممنون آیا
    """.split()  # noqa: SIM905 - one line a language
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FIRST_PERSON: Final = re.compile(r"\bI(?:['’](?:m|ve|ll|d))? [a-z]")
_TITLES: Final = re.compile(
    r"\b(?:dr|prof|dipl|ing|mag|herr|frau|mr|mrs|ms|mme|m|dott|sig|sig\.ra|med|i\. ?a|i\. ?v|gez|b\. ?sc|m\. ?a)\.?[ -]",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"(?:[^\W\d_a-zà-ÿ][^\W\d_]*[.'’-]?\s?(?:von |van |de |der |zu |di |da |al-|el-)?){1,5}$")


def closes(line: str) -> bool:
    """Whether a line ends a letter: "Mit freundlichen Grüßen", alone or with a name behind."""
    match = _CLOSES.match(line)
    if match is None:
        return ends_late(line)
    behind = match["behind"].strip(" ,.!-–")
    return len(behind) <= _LONGEST_BEHIND and not is_sentence(behind) and not _GOES_ON.match(behind)


def signs(line: str) -> bool:
    """Whether an ending has its writer's name behind: "Gruß Meier"."""
    match = _CLOSES.match(line) or _CLOSES_LATE.search(line)
    return match is not None and names_person(match["behind"].strip(" ,.!-–"))


def opens_too(line: str) -> bool:
    """Whether an ending is one that letters begin with, too: "Saludos", "Schönen Tag"."""
    return _OPENS_TOO.match(line) is not None


def ends_late(line: str) -> bool:
    """Whether a line says something and then ends the letter."""
    return _CLOSES_LATE.search(line) is not None


def closes_and_signs(line: str) -> bool:
    """Whether a line is a signature's first: "i. A. Muster", or an ending with all of it behind, as some HTML has it."""
    if _SIGNS.match(line) and len(line) <= _LONGEST_BEHIND and not is_sentence(line):
        return True
    match = _CLOSES.match(line)
    if match is None or not _LONGEST_BEHIND < len(match["behind"]) <= _LONGEST_SIGNED:
        return False
    return _SIGNED.search(match["behind"]) is not None and not is_sentence(match["behind"])


def greets(line: str) -> bool:
    """Whether a line is a letter's opening, and nothing else."""
    return _GREETS.match(line) is not None and not is_sentence(line.rstrip("!,. "))


def is_thanks(line: str) -> bool:
    """Whether a line thanks, and says nothing else."""
    return _THANKS.match(line) is not None


def resumes(line: str) -> bool:
    """Whether a line takes up the letter again below the name: "P.S."."""
    return _RESUMES.match(line) is not None


def is_reference(line: str) -> bool:
    """Whether a line says what the letter is about or what goes with it ("Betrifft: …", "Anlage: …")."""
    return _REFERENCE.match(line) is not None


def names_person(line: str) -> bool:
    """Whether a line can be a name, with its titles."""
    bare = _TITLES.sub("", line.strip(" ,"))
    return 0 < len(bare) <= 40 and _NAME.match(bare) is not None


def is_sentence(line: str) -> bool:
    """Whether somebody says something in a line: no name, post, company, address or number does."""
    words = _WORD.findall(line.replace("’", "'"))
    if len(words) < 2:
        return False
    ended = line.rstrip(" \"'”»)")[-1:]
    if ended in ("?", "؟", "!") or _FIRST_PERSON.search(line):
        return True
    if len(words) >= 3 and any(word.lower() in _SPEAKING for word in words):
        return True
    small = sum(not word[0].isupper() for word in words)
    return ended in (".", "…", "۔") and len(words) >= 4 and small * 2 >= len(words)
