"""French as written in France and Switzerland."""

from daemon.gate.phrases.shape import Phrases

_MAIL = r"(message|courriel|e-?mail|mail|courrier|demande)s?"
_FEW = r"(\S+ ){0,9}?"

PHRASES = Phrases(
    titles=(
        r"(accuse|confirmation) de reception automatique",
        r"(message d'absence |message de )?reponse automatique( d'absence)?",
        r"(message|avis|notification|notice|reponse|info) d'absence",
        r"absence (du|de) bureau|message automatique|hors du bureau",
    ),
    soft_titles=(r"absente?( du bureau)?|absence|en (conges?|vacances)",),
    person_away=(r"(est|suis|serai|sera) (actuellement )?(absente?|en (conges?|vacances|deplacement)|hors du bureau)",),
    away=(
        rf"\b(je suis|je serai|nous sommes|etant|suis) {_FEW}(absente?s?|en (conges?|vacances|deplacement|formation|arret)|hors du bureau)",
        r"\bje ne (suis|serai|travaille) (\S+ )?(pas|plus) (\S+ )?(au bureau|joignable|disponible|a mon poste|chez|le)",
        r"\b(le|notre|nos|les) (bureau|secretariat|service|guichet|cabinet|bureaux|garage|magasin|restaurant|ecole)x? (est|sera|sont|seront) (\S+ ){0,4}?ferme",
    ),
    urgent=(
        r"\b(en cas d'urgence|en cas de (besoin|necessite)|pour (toute|les) (\S+ )?(urgences?|questions? urgentes?|demandes? urgentes?))",
        r"\b(veuillez|vous pouvez|merci de|priere de) (\S+ )?(vous adresser|contacter|joindre|appeler|ecrire|prendre contact)",
        r"\bma? (collegue|remplacante?)|\burgences?\b",
    ),
    back=(
        r"\b(a|des) mon retour|\b(serai|suis) de retour|\bde retour (le|au|des|lundi|mardi|mercredi|jeudi|vendredi)",
        r"\b(jusqu'au|a partir du|du \d{1,2}\S*( \S+)? au|jusqu'a) ",
    ),
    unread=(
        rf"\b{_MAIL} (seront|sera) (\S+ )?(lus?|traitee?s?|repondus?) (a|des|au)|\b{_MAIL} (ne )?(sera|seront|sont|est) (\S+ )?pas (\S+ )?(lu|transfere|transmis|redirige|traite|devie|consulte)",
        r"\b(je )?(repondrai|prendrai connaissance|traiterai|lirai) .{0,60}(retour|des que)",
        r"\bacces (limite|restreint|irregulier) a (mes|ma)|\bpas acces a (mes|ma)",
    ),
    thanks=(
        rf"^(\S+ ){{0,6}}?(merci (beaucoup |bien )?(de|pour) (votre|ton)|(j'ai|nous avons) bien recu (votre|ton)|je vous remercie (de|pour) votre) {_MAIL}",
    ),
    automatic=(
        r"\b(ceci|ce \S+|cette \S+|il) (est|s'agit d'?) ?une? (\S+ )?(reponse|message|courriel|e-?mail)( \S+)? (automatique|genere|automatiquement)",
        r"\b(envoye|genere|cree|emis)e? automatiquement|\b(merci de )?ne pas repondre a (ce|cet)\b|\breponse automatique[) .!]*$|\bmerci de ne pas y repondre",
    ),
    anybody=(r"\b(cher|chere|chers|cheres) (expediteur|client|cliente|clients|clientes|patients|parents|membres)\b",),
    tells=(
        r"\b(recu|recois|obtenu|recevoir|recevons|revient|revenu)\b[^.!?]{0,80}\b(automatique|d'absence|non distribu|echec|erreur)",
        r"\b(votre|vos|la|cette|de) (reponse|message|mail)s? (automatique|d'absence)",
    ),
    matter=(
        r"\b(je (voudrais|souhaite|souhaiterais|demande|vous ecris|desire|veux|me plains|dois|tiens a|n'ai (pas|toujours))|nous (souhaitons|demandons|voudrions))\b",
        r"\b(pourriez-vous|pouvez-vous|puis-je|est-il possible|est-ce|quand|pourquoi|qui|ou|comment|quel\w*|combien)\b[^.!?]{3,160}\?",
        r"\bmerci de (me|bien vouloir)|\bveuillez (annuler|reporter|me|reparer|noter ma)|\b(ma|mon) (plainte|dossier|rendez-vous|demande|poubelle)\b",
    ),
    town=(
        r"\b(dechets|poubelles?|lampadaires?|eclairage|trottoir|passeport|permis|carte d'identite|cimetiere|creche|bruit|impots?|proces-verbal)\b",
    ),
    receipt_titles=(
        r"accuse (de )?reception|confirmation de reception|(nous avons (bien )?recu )?votre (demande|message)( .{0,40})? (recu|enregistre|a ete)",
    ),
    received=(
        rf"\b(votre|vos) (\S+ )?{_MAIL} (a|ont|nous est|est) (\S+ ){{0,3}}?(recue?s?|enregistree?s?|parvenue?|transmise?)",
        r"\bnous avons bien recu|\bdans les (meilleurs|plus brefs) delais",
    ),
    reference=(r"\b(numero|no|n°) (de )?(ticket|dossier|reference|suivi)\b",),
    bounce_titles=(
        r"non (remis|distribue)|echec (de|d') ?(la )?(remise|livraison|distribution|envoi)|message non (distribue|remis|delivre)|courrier non distribue",
    ),
    bounce_text=(
        r"\b(n'a|n'ont|ne peut|impossible) (\S+ ){0,4}?(pas )?(etre |ete )?(remis|distribue|delivre|livre)|\bechec de la remise",
    ),
    read_titles=(r"(non )?lu ?:", r"(accuse|confirmation) de lecture"),
    read_text=(r"\bvotre message\b.{0,300}\ba ete (lu|affiche|supprime)",),
    calendar_titles=(r"(accepte|refuse|decline|annule|provisoire)e? ?:",),
)
