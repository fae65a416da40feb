"""Italian as written in Italy and Switzerland."""

from daemon.gate.phrases.shape import Phrases

_MAIL = r"(messaggi[oi]?|e-?mail|mail|posta|richiest[ae]|comunicazion[ei])"
_FEW = r"(\S+ ){0,9}?"

PHRASES = Phrases(
    titles=(
        r"(conferma|avviso) di (ricezione|ricevimento) automatica?o?",
        r"risposta automatica( di assenza)?|risponditore automatico|messaggio automatico",
        r"(messaggio|avviso|notifica|risposta|comunicazione) di assenza|assenza dall'ufficio",
        r"fuori (sede|ufficio|dall'ufficio)",
    ),
    soft_titles=(r"assenza( dal servizio)?|assente( dall'ufficio)?|in (ferie|vacanza)",),
    person_away=(r"(e|sono|saro|sara) (attualmente )?(assente|fuori (ufficio|sede)|in (ferie|vacanza|congedo))",),
    away=(
        rf"\b(sono|saro|mi trovo|siamo|trovandomi) {_FEW}(assent[ei]|fuori (ufficio|sede|dall'ufficio)|in (ferie|vacanza|trasferta|congedo|maternita|malattia)|non (disponibile|raggiungibile))",
        r"\bnon (sono|saro) (\S+ )?(in (ufficio|sede)|disponibile|raggiungibile|presente)",
        r"\b(l'ufficio|il nostro ufficio|lo sportello|lo studio|gli uffici|il negozio|la scuola) (e|sara|rimane|rimarra|sono|saranno|resta) (\S+ ){0,4}?chius",
    ),
    urgent=(
        r"\b(in caso di (urgenza|urgenze|necessita|emergenza|bisogno)|per (\S+ )?(urgenze|questioni urgenti|comunicazioni urgenti|richieste urgenti|qualsiasi (urgenza|necessita)))",
        r"\b(si rivolga|rivolgersi|vi preghiamo di|la prego di|si prega di|potete|puo) (\S+ )?(contattare|rivolg\w+|scrivere|chiamare|a|al|alla|allo|alle|ai)\b",
        r"\b(il mio|la mia) (collega|sostitut[oa])",
    ),
    back=(
        r"\b(al|dopo il) mio (rientro|ritorno)|\brientrero|\b(saro|sono) (di nuovo|nuovamente)|\btornero|\bdi ritorno",
        r"\b(fino al|dal( \S+){1,2} al|a partire dal) ",
    ),
    unread=(
        rf"\b{_MAIL} non (sara|saranno|verra|verranno|viene|vengono) (\S+ )?(lett|inoltrat|reindirizzat|controllat)",
        r"\b(rispondero|leggero|la contattero|vi contattero) .{0,60}(rientro|ritorno|appena|possibile)",
        r"\baccesso (limitato|saltuario) alla",
    ),
    thanks=(
        rf"^(\S+ ){{0,6}}?(grazie (mille )?(per|del) (il |la )?(suo|sua|vostr[oa]|tu[oa])? ?{_MAIL}|la ringrazio (per|del)|ho ricevuto (il|la) (suo|sua))",
    ),
    automatic=(
        r"\b(questa|questo|si tratta di|la presente) (e )?una? (\S+ )?(risposta|messaggio|e-?mail|mail|notifica)( \S+)? (automatic|generat)",
        r"\b(inviat|generat|creat)[ao] automaticamente|\bnon rispondere a (questa|questo)|\brisposta automatica[) .!]*$",
    ),
    anybody=(
        r"\b(gentile|gentili|cari|care|caro|cara|egregio) (mittente|client[ei]|pazient[ei]|genitori|ospit[ei]|soci)\b",
    ),
    tells=(
        r"\b(ricevuto|ricevo|arrivat[ao]|ricevere|riceviamo|tornat[ao])\b[^.!?]{0,80}\b(automatic|di assenza|mancat|errore)",
        r"\b(vostra|sua|la|di) (risposta|mail|e-mail) (automatica|di assenza)",
    ),
    matter=(
        r"\b(vorrei|desidero|chiedo|le scrivo|vi scrivo|ho bisogno|mi lamento|devo|vorremmo|chiediamo|segnalo|volevo)\b",
        r"\b(potete|potreste|puo|potrebbe|e possibile|quando|perche|chi|dove|come|quale|quanto|posso)\b[^.!?]{3,160}\?",
        r"\bvi prego di (annullare|spostare|riparare)|\b(il mio|la mia) (reclamo|pratica|appuntamento|domanda|richiesta|bidone)\b",
    ),
    town=(
        r"\b(rifiuti|bidon[ei]|lampion[ei]|illuminazione|marciapiede|passaporto|permesso|carta d'identita|cimitero|asilo|rumore|tass[ae]|vetro|strada)\b",
    ),
    receipt_titles=(
        r"(conferma|avviso|ricevuta) di (ricezione|ricevimento)|(abbiamo ricevuto )?la (sua|vostra) (richiesta|mail|e-mail)( .{0,40})? (e stata|ricevut)",
    ),
    received=(
        r"\b(la|il) (sua|suo|vostra|vostro) (\S+ )?(richiesta|messaggio|e-?mail|mail) (e|ci) (\S+ ){0,3}?(ricevut|registrat|pervenut|presa)",
        r"\babbiamo ricevuto (la|il) (sua|suo|vostr)|\bil prima possibile|\bal piu presto",
    ),
    reference=(r"\b(numero|nr\.?|n\.) (di )?(ticket|pratica|riferimento|protocollo)\b",),
    bounce_titles=(
        r"mancat[oa] (recapito|consegna)|(impossibile|errore) (di )?(recapit\w+|consegn\w+)|consegna (non riuscita|fallita)|messaggio non (recapitato|consegnato)|non recapitabile",
    ),
    bounce_text=(
        r"\b(non e stato possibile|impossibile) (recapitare|consegnare)|\bnon (e|puo essere) stato? ?(recapitat|consegnat)",
    ),
    read_titles=(r"(non )?lett[oa]:", r"(conferma|ricevuta) di lettura"),
    read_text=(r"\bil (suo |tuo )?messaggio\b.{0,300}\be stato (letto|visualizzato|eliminato)",),
    calendar_titles=(r"(accettat[oa]|rifiutat[oa]|annullat[oa]|provvisori[oa]):",),
)
