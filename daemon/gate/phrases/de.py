"""German as written in Germany, Switzerland and Austria."""

from daemon.gate.phrases.shape import Phrases

_MAIL = r"(e-? ?mails?|mails?|nachricht(en)?|schreiben|anfragen?|zuschrift(en)?|mitteilung(en)?)"
_DER = r"(ihre?|deine?|eure?|diese|die|der eingang ihrer|eingehende|ankommende|alle)"
_FEW = r"(\S+ ){0,9}?"
_OFFICE = r"(bu(e)?ro|haus|hause|dienst|amt|geschaft|sekretariat)"

PHRASES = Phrases(
    titles=(
        r"automati(sche|sierte) (ruck)?(antwort(mail|nachricht)?|abwesenheits\w+|mitteilung|nachricht|e-?mail|benachrichtigung|(eingangs|empfangs)bestatigung)",
        r"(automatische|autom\.) (ruck)?antwort",
        r"auto-?antwort",
        r"(buro-?|ferien|urlaubs)?abwesenheits-?(notiz|meldung|mitteilung|nachricht|hinweis|info|information|benachrichtigung|assistent|agent|antwort|mail)",
        r"(urlaubs|ferien)-?(notiz|meldung|mitteilung|nachricht|hinweis|info|information|benachrichtigung|antwort)",
    ),
    soft_titles=(
        r"(buro-?|ferien|urlaubs)?abwesenheit",
        rf"(bin )?nicht im {_OFFICE}",
        r"(bin )?ausser haus|(ferien|orts|landes)?abwesend|(im )?(elternzeit|mutterschutz)",
    ),
    person_away=(
        rf"(ist|bin|sind) ({_FEW})?(nicht im {_OFFICE}|ausser haus|abwesend|ferienabwesend|ortsabwesend|im urlaub|in den ferien|in elternzeit)",
    ),
    away=(
        (
            rf"\b(ich bin|bin ich|wir sind|sind wir|ich befinde mich|befinde ich mich|ich weile|i bi|bin) {_FEW}"
            rf"(nicht (mehr )?(\S+ ){{0,3}}?(im {_OFFICE}|an meinem arbeitsplatz|am arbeitsplatz|erreichbar|verfugbar|anwesend|zu erreichen|fur sie da|da\b)|"
            r"(nur )?(sehr )?(eingeschrankt|unregelmassig|bedingt) erreichbar|"
            r"ausser haus|(orts|ferien|landes)?abwesend|im (\S+ )?\w*urlaub|in (den |meinen )?(\S+ )?ferien|ferienhalber|in (der )?elternzeit|in mutterschutz|"
            r"auf (einer )?(dienstreise|fortbildung|geschaftsreise|weiterbildung|reisen)|krankgeschrieben|erkrankt|unterwegs|im ausland|im (forschungs(frei)?|frei|urlaubs)semester|im sabbatical|im krankenstand|auf kur|auf urlaub|auf (einer )?(\S+ )?(reise|reisen|messe|tagung|konferenz|lehrgang)|im (militardienst|zivildienst|wk))"
        ),
        rf"\b(das|unser|mein|die|unsere|meine) (\S+ )?(\w*bu(e)?ro|sekretariat|\w*praxis|\w*geschaft|betrieb|\w*amt|postfach|\w*kanzlei|einrichtung|schule|werkstatt|verwaltung|ordination|laden|garage|geschaftsstelle|stelle|arbeitsplatz) (ist|bleibt|sind) {_FEW}(geschlossen|nicht besetzt|unbesetzt)",
        rf"\b(haben|hat|macht|machen) {_FEW}(betriebsferien|betriebsurlaub|praxisferien)",
        r"\b(ich|wir) (haben?|geniessen?) (\S+ ){0,6}?(urlaub|ferien|sommerurlaub)\b|\b(geniessen|haben) wir (\S+ ){0,6}?\w*(urlaub|ferien)\b|\bmein letzter arbeitstag",
        r"\b(abwesend|abwesenheit|ferienabwesend|ferienabwesenheit|urlaub|ferien)( \S+)? (bis|vom|von|ab)\b( \S+){0,6}? \d",
        rf"\barbeite (ich )?{_FEW}nicht\b|\b(ich (arbeite|bin)|arbeite ich|bin ich) (\S+ ){{0,3}}?nur (an?m? )?(den )?(mo(ntag)?s?|di(enstag)?s?|mi(ttwoch)?s?|do(nnerstag)?s?|fr(eitag)?s?|tageweise|vormittags|halbtags)\b",
        r"\b(aus dem|aus der) \S+ (ausgeschieden|ausgetreten)|\bich arbeite nicht mehr (bei|fur|in|im)|\b(adresse|postfach|mailadresse|account)\b (\S+ ){0,4}(nicht mehr (aktiv|gultig|in gebrauch|abgerufen|gelesen)|deaktiviert)",
    ),
    urgent=(
        r"\b(in|bei) (sehr |ganz )?(dringend|dringlich|eilig|unaufschiebbar|wichtig)e[nr]? (und \S+ )?(fall|angelegenheit|anliegen|frage|anfrage|sache|notf)",
        r"\b(in|im) (notfall|notfallen|dringlichkeitsfall|dringenden)\b",
        r"\bdringende (anfragen|anliegen|falle|angelegenheiten|fragen)|\bdringend\?|\b(in|bei) (\S+ )?(dringend|eilig)en\b",
        r"\b(wenden sie sich|wende dich|kontaktieren sie|kontaktiere|schreiben sie|melden sie sich|erreichen sie|sie erreichen) (\S+ ){0,8}?(an|bei|meine[nr]?|unsere?n?|unter|direkt|herrn?|frau)\b",
        r"\b(hilft|helfen) (\S+ ){0,8}?(gerne?|weiter)\b|\b(steht|stehen) (ihnen|dir|euch) (\S+ ){0,8}?zur verfugung|\bdring(endes|liches)\b|\bnotdienst (erreichen|erreicht)",
        r"\b(meine|unsere) (\S+ )?(stell)?vertret(ung|er|erin)\b|\bvertritt mich\b|\bwerde ich (\S+ ){0,8}?vertreten|\bvertret(en|ung) (ubernimmt|hat|durch|ist|erfolgt|mich)\b|\bvertretung:",
    ),
    back=(
        rf"\bwieder (\S+ ){{0,5}}?(zur verfugung|erreichbar|da\b|im {_OFFICE}|fur (sie|dich|euch) da|personlich|zuruck|anwesend|zu erreichen|besetzt|geoffnet|verfugbar|erreichen)",
        r"\b(nach|ab|seit|bei) (meiner|unserer) ru(e)?ckkehr|\bnach (dem|meinem) urlaub|\bnach (den|meinen) ferien|\bsobald (ich|wir) (\S+ )?(zuruck|im buro|da)|\bmeine ruckkehr",
        r"\bwieder (an meinem|am) (arbeitsplatz|platz)|\bnachsten arbeitstag|\bubers wochenende|\buber die (feier|fest)tage|\b(ich|wir|und) (kehren?|bin|sind|komme|kommen) (\S+ ){0,6}?(zuruck|wieder)\b",
        r"\b(bis|vom|von|zwischen)( \S+){0,4}? \d{1,2}\.\s?(\d{1,2}\b|jan|feb|mar|apr|mai|jun|jul|aug|sep|okt|nov|dez)",
    ),
    unread=(
        rf"\b{_DER} (\S+ )?{_MAIL} (wird|werden|wurde) (\S+ ){{0,5}}?nicht (\S+ ){{0,2}}?(weiter(geleitet|verarbeitet)|gelesen|bearbeitet|abgerufen|umgeleitet)",
        rf"\b(wird|werden) {_DER} (\S+ )?{_MAIL} (\S+ ){{0,4}}?nicht (\S+ ){{0,2}}?(weitergeleitet|gelesen|bearbeitet|abgerufen|umgeleitet)",
        rf"\b{_MAIL} (werden|wird) (\S+ ){{0,5}}?(nicht (gelesen|bearbeitet|beantwortet|abgerufen)|weitergeleitet|umgeleitet|nicht gelesen|geloscht)",
        r"\b(werde|werden|kann) (\S+ ){0,8}?(nach|ab|sobald|nachher|spater|umgehend|schnellstmoglich|anschliessend|zeitnah|dann)\b.{0,60}(beantwort|bearbeit|antwort|meld|lesen)",
        rf"\b{_DER} {_MAIL} .{{0,60}}(nach|ab|sobald) .{{0,40}}(beantwort|bearbeit|gelesen)",
        r"\b(lese|lesen|bearbeite|bearbeiten|abrufe|beantworte|beantworten) (\S+ ){0,4}?(keine|nur sporadisch|nur unregelmassig)|\b(melde|melden) (mich|uns) (\S+ ){0,6}?(an meinem|nach|ab|sobald|nachsten)|\b(werden|wird) (\S+ ){0,4}?keine (e-?)?(mails?|nachrichten)|\bkeine (e-?)?(mails?|nachrichten) (lesen|beantworten|bearbeiten|abrufen)|\bkeine(n)? (zugriff|zugang) (auf|zu) (meine|meinen|die|das)|\bmeine (e-?)?mails (nur )?(nicht|selten|unregelmassig|sporadisch)",
    ),
    thanks=(
        rf"^(\S+ ){{0,8}}?(vielen|herzlichen|besten|lieben|merci|danke|dank) ((\S+ ){{0,2}}(fur|fuer|vielmal fur)) (ihre?n?|deine?|die|eure?) (\S+ )?{_MAIL}",
        rf"^(\S+ ){{0,6}}?(habe|haben) {_DER} (\S+ )?{_MAIL} (erhalten|bekommen)",
    ),
    automatic=(
        r"\b(dies|das|hierbei|es|hier) (ist|handelt es sich|handelt sich) (\S+ ){0,3}?(automati(sche?|sierte?|sch)r?|autom\.) ?(\S+ )?(antwort|nachricht|mitteilung|mail|abwesenheit|benachrichtigung|bestatigung|eingangs)",
        rf"\b(diese?s?|die) {_MAIL} (wurde|wird|ist) (\S+ ){{0,3}}?(automati(sch|siert)|maschinell|vom system)\b",
        rf"\b(automati(sch|siert)|maschinell) (generierte|erstellte|erzeugte|versandte|versendete|verschickte|verfasste)[srn]? ?{_MAIL}",
        rf"\bantworte(n sie)? (bitte )?nicht (direkt )?auf (diese|dieses) {_MAIL}",
        rf"\bauf diese {_MAIL} (\S+ ){{0,2}}?nicht (\S+ )?(antworten|geantwortet)",
        r"\b(abwesenheits(notiz|meldung|assistent)|automatische antwort)[) .!]*$",
    ),
    anybody=(
        r"\b(liebe[r]?|sehr geehrte[r]?|geschatzte[r]?|werte[r]?) (absender(in)?|kund(e|en|in|innen)|patient(en|innen)|mandant(en|innen)|eltern|gaste?|geschaftspartner(innen)?|interessent(en|innen)|studierende)\b",
    ),
    tells=(
        r"\b(erhalte|erhalten|erhielt(en)?|bekommen?|bekam(en)?|gekriegt|kriege|kam(en)?|kommt|zuruckbekommen|landet|geschickt)\b[^.!?]{0,80}\b(automati\w+ (antwort|ruckantwort|nachricht|mail|e-mail|eingang|empfang)|abwesenheit|bounce|fehlermeldung|standardantwort|unzustellbar|nicht zugestellt|textbaustein)",
        r"\b(automati\w+ (ruck)?(antwort\w*|nachricht|mail|e-mail|\w*bestatigung)|abwesenheits\w+|fehlermeldung|standardantwort\w*|unzustellbar\w*|out[- ]of[- ]office\S*|bounce)\b[^.!?]{0,80}\b(erhalten|bekommen|gekriegt|gekommen|geschickt|zuruck\w*|erhielt|bekam|kam|kommt)\b",
        r"\b(ihre|ihrer|ihren|eure|eurer|seine|deren|der|keine|diese|nur|laut|gemass) (\S+ ){0,2}?(automati(sche|sierte)[nr]? (antwort|eingangs|empfangs|ruckmeldung|bestatigung|nachricht|mail)|abwesenheits(notiz|meldung|nachricht|assistent|mail))",
    ),
    matter=(
        r"\b(ich|wir) (mochten?|moechten?|hatte gern|hatte gerne|wollte|beantragen?|brauchen?|benotigen?|beschweren?|ersuchen?|fordern?|wunschen?(?! (ihnen|euch|dir|schone|frohe|eine))|finden?|fragen?|wollen|bitten?)\b(?! sie (darum|darauf|um (ihr |ihre )?(verstandnis|geduld))| ihr verstandnis| um (ihr )?verstandnis| um (etwas )?geduld| darauf hin)",
        r"\b(konnen|konnten|koennen|koennten|wurden|wuerden|kann|konnte|darf|durfte|ist es|gibt es|haben sie (?!(\S+ )?(ein|eine|einen)? ?(dringend|eilig|wichtig|noch frage|frage))|bin ich|muss ich|muss)\b[^.!?]{3,160}\?",
        r"\b(wann|warum|wieso|weshalb|wer|wo|wohin|woran|welche[rns]?|was|wie|ob)\b[^.!?]{3,160}\?",
        r"\bbitte (um (?!(ihr )?verstandnis|geduld|etwas geduld|beachtung)|verschieben|teilen|reparieren|helfen|prufen|pruefen|klaren|andern|kummern|geben|nehmen sie (?!in|kontakt)|sagen|informieren|holen|leeren|entfernen|veranlassen|merken|storniere|streichen)",
        r"\b(beschwerde|reklamation|mein(en|em)? (termin|antrag|ausweis|bescheid|tonne|widerspruch|anliegen|frage)|meine (tonne|frage|anfrage|beschwerde|mulltonne|steuererklarung|meldung)|anbei|im anhang)\b",
        r"\b(chonned|chonted|chond|chonnd|chont|cha|wott|mochti|hatti|hetti) (\S+ ){0,6}",
    ),
    town=(
        r"\b(\w*(mull|tonne|abfuhr|abfall|kehricht|laterne|spielplatz|gehweg|schlagloch|bauantrag|baugenehmigung|bescheid|ausweis|reisepass|meldezettel|steuer|abstimmung|wahlunterlagen|wahlschein|kita|kindergarten|friedhof|hallenbad|turnhalle|fuhrerschein|wohngeld|elternbeirat|briefwahl|kleingarten)\w*)\b",
    ),
    receipt_titles=(
        r"(automatische )?(eingangs|empfangs)(bestatigung|anzeige|meldung)",
        r"bestatigung (des eingangs|ihrer|ihres) ",
        r"(ihre? )?(anfrage|nachricht|e-?mail|mail|anliegen|ticket)\b.{0,40} (ist )?(eingegangen|erhalten|wurde (erstellt|angelegt|registriert))",
        r"wir haben ihre? (nachricht|anfrage|e-?mail|anliegen) erhalten",
    ),
    received=(
        rf"\b(ihre?|deine?) (\S+ )?({_MAIL}|anliegen|meldung) (ist|wurde|haben wir|habe ich) (\S+ ){{0,5}}?(eingegangen|erhalten|empfangen|registriert|weitergeleitet|entgegengenommen)",
        rf"\b(wir haben|haben wir) (ihre?|deine?) (\S+ )?({_MAIL}|anliegen|meldung) (\S+ ){{0,3}}?(erhalten|empfangen|registriert)",
        r"\b(schnellstmoglich|so (bald|schnell|rasch) wie moglich|in kurze|baldmoglichst|umgehend|innerhalb von|zeitnah)\b.{0,60}(bearbeit|antwort|meld|kontakt|kummern)",
    ),
    reference=(r"\b(ticket|vorgangs|bearbeitungs|referenz|fall|anfrage)-?\s?(nr\.?|nummer|id)\b",),
    bounce_titles=(
        r"(nachricht |mail |e-mail )?(unzustellbar|nicht zustellbar|unzustellbare nachricht|nicht zugestellt)\s*:",
        r"unzustellbar(e (e-?)?mail)?$",
        r"zustell(ungs)?(fehler|problem|ung fehlgeschlagen)|fehler bei der (zustellung|ubermittlung)",
        r"(ihre )?(nachricht|mail|e-mail) (konnte|kann) nicht (zugestellt|ubermittelt) werden",
        r"benachrichtig?ung zum ubermittlungsstatus|ubermittlungsstatus|zustellstatus",
    ),
    bounce_text=(
        r"\b(konnte|kann|konnten) (\S+ ){0,6}?nicht (zugestellt|ubermittelt|ausgeliefert) werden",
        r"\b(fehler bei der|keine) zustellung\b|\bempfanger (\S+ )?(unbekannt|existiert nicht)|\bpostfach (\S+ ){0,3}voll",
    ),
    read_titles=(
        r"(nicht )?gelesen:",
        r"lesebestatigung",
        r"empfangsbestatigung \(angezeigt\)",
        r"ungelesen geloscht:",
    ),
    read_text=(
        r"\b(ihre nachricht|die nachricht|diese nachricht)\b.{0,300}\b(wurde|ist)\b.{0,80}\b(gelesen|angezeigt|geloscht)\b",
        r"\bdies ist eine (lese|empfangs)bestatigung\b",
    ),
    calendar_titles=(
        r"(zugesagt|angenommen|abgelehnt|abgesagt|mit vorbehalt|vorlaufig zugesagt|akzeptiert|neuer zeitvorschlag):",
    ),
)
