"""Further tongues: only the titles that mail programs of our neighbours put before a subject."""

from daemon.gate.phrases.shape import Phrases

PHRASES = Phrases(
    titles=(
        r"automatisch antwoord|automatische reactie|afwezigheid(sbericht|smelding)?|niet aanwezig",
        r"respuesta automatica|fuera de (la )?oficina|ausente",
        r"resposta automatica|fora do escritorio|ausencia",
        r"automatyczna odpowiedz|odpowiedz automatyczna|poza biurem|nieobecnosc",
        r"automaticka odpoved|mimo kancelar|automatska? odgovor|automatski odgovor|samodejni odgovor",
        r"autosvar|automatiskt? svar|franvarande|fravar(ende)?|fravaersbesked|poissa(olo)?",
        r"otomatik yan[iı]t|ofis disinda|raspuns automat|automatikus valasz|automatinis atsakymas",
        r"(\S+ ){0,3}automatiska atbilde|pergjigje automatike|αυτοματη απαντηση|автоматическии ответ|автоматична видповидь|автоматична відповідь",
    ),
)
