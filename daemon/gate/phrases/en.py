"""English, and what mail programs say in it by default."""

from daemon.gate.phrases.shape import Phrases

_MAIL = r"(e-?mails?|messages?|enquir(y|ies)|inquir(y|ies)|requests?|query|correspondence)"
_FEW = r"(\S+ ){0,9}?"

PHRASES = Phrases(
    titles=(
        r"automatic (acknowledge?ment|confirmation)( of receipt)?",
        r"auto(mated|matic|matically generated)? ?-?(reply|response|respond(er)?|answer|message|out of office reply)",
        r"out[- ]of[- ](the[- ])?office( (auto(matic)?[- ]?)?(reply|response|message|notice|notification|assistant))?",
        r"(vacation|holiday|absence|away|annual leave|maternity leave)[- ](auto-?)?(reply|response|message|notice|notification)",
        r"(away|absent) from (the |my )?(office|desk|(e-?)?mail)",
        r"ooo( reply| message)?",
    ),
    soft_titles=(r"on (vacation|annual leave|leave|holidays?)",),
    person_away=(
        r"(is|am|i'm|are|will be) (currently )?(out of (the )?office|away from (the |my )?(office|desk)|on (annual |maternity |parental |sick )?(leave|vacation|holidays?))",
    ),
    away=(
        (
            rf"\b(i('m| am| will be| shall be|'ll be)|we (are|will be)|i have been|currently) {_FEW}"
            r"(out of (the |my )?office|away( from| until| on| this| at)?|on (an? )?(annual |maternity |parental |sick |extended )?(leave|vacation|holidays?)|out on|\w+ing without|"
            r"travell?ing|not in the office|unavailable|out until|unable to (read|check|respond))"
        ),
        r"\b(the|our|my) (\S+ )?(office|practice|department|team) (is|will be|are) (\S+ ){0,4}?closed",
        r"\b(i have left|i no longer work|am no longer (with|at|working)|this (mailbox|address|account) is (no longer|not) (monitored|active|in use|read))",
        r"\bout of (the )?office (from|until|till|between|on|starting)\b",
    ),
    urgent=(
        r"\b(for|in case of|if it is|if it's|if this is|if your \S+ (is|requires)) (\S+ ){0,3}?(urgent|emergenc\S+|immediate|pressing|important)",
        r"\bif you (need|require|have) (\S+ ){0,3}?(immediate|urgent|assistance|to (contact|speak|reach)|help|matters?)",
        r"\bif it (can.t|cannot) wait|\burgent (matters?|enquir\w+|inquir\w+|issues?|requests?|cases?|questions?)",
        r"\bplease (contact|call|e-?mail|reach out to|direct|refer|get in touch with) ",
    ),
    back=(
        r"\b(i will|i'll|i shall|and will|will) (\S+ )?(be |return|respond|reply|get back|answer|read)(\S+ ){0,8}?(back|return|when i|upon|as soon as|after|then|on my next)",
        r"\b(back|return(ing)?) (in the office|on|to (the office|work)|at work|(on )?(monday|tuesday|wednesday|thursday|friday|\d))",
        r"\b(on|upon|after) my return|\bwhen i (return|get back|am back)|\buntil i return|\bnot return until|\bwill return|\bbe (back|returning)\b",
        r"\b(until|till|from|between|through)( \S+){0,3}? \d{1,2}",
    ),
    unread=(
        rf"\b{_MAIL} (will|is|are) (\S+ )?not (be )?(being )?(forwarded|read|monitored|redirected|checked|answered)",
        r"\b(without|limited|no|intermittent|restricted|sporadic|little) (access to (my |the )?)?(e-?mails?|phone|messages|internet)( access)?\b",
        r"\b(not|rarely) (be )?(checking|reading|monitoring) (my )?(e-?mails?|messages)",
    ),
    thanks=(
        r"^(\S+ ){0,6}?(thank you|thanks|many thanks) (so much |very much )?for (your|the|contacting|getting|e-?mailing|writing|reaching)",
    ),
    automatic=(
        r"\b(this|it) is an? (\S+ )?(auto|automated|automatic|automatically|computer|system)[- ]?(generated )?(\S+ )?(e-?mail|message|reply|response|notification|acknowledg\w*|confirmation)",
        r"\bthis (e-?mail|message|notification|reply) (was|is|has been) (sent |generated |created )?(automatically|by an? (automat|system))",
        r"\bdo not (reply|respond) (directly )?to this (e-?mail|message)|\breplies to this (e-?mail|message|address) (are|will)",
        r"\bthis (mailbox|inbox|address) is (not|un)\s?monitored",
    ),
    anybody=(r"\bdear (sender|customers?|clients?|patients?|parents|guests?|members?|valued \w+)\b",),
    tells=(
        r"\b(got|received|receive|receiving|getting|get|gets|sent me|sends|came)\b[^.!?]{0,60}\b(automatic|automated|out[- ]of[- ](the[- ])?office|auto-?reply|bounced?|undeliver|delivery (failure|status))",
        r"\b(your|the|this) (automatic|automated|out[- ]of[- ]office|auto-?)\s?(reply|replies|response|message|answer)s?\b",
        r"\b(automatic (reply|replies)|out[- ]of[- ]office (message|reply)|bounce(d)? (message|mail)?)\b[^.!?]{0,60}\b(came|arrived|got|received|back|says|said)",
    ),
    matter=(
        r"\b(could|can|would|will) (you|i|someone|anyone|we)\b[^.!?]{3,160}\?",
        r"\b(when|why|who|where|which|what|how|is there|are there|do i|does|did|may i|should i)\b[^.!?]{3,160}\?",
        r"\bi (would like|'d like|want|need (?!to be away)|am writing|wish to|wonder|am requesting|request|tried|have a (question|problem|complaint))\b|\bi'd like\b",
        r"\bplease (postpone|tell me|let (me|us) know|help me|fix|change|move|confirm|note my|repair|send me|advise)",
        r"\b(my|our) (complaint|application|appointment|permit|bin|passport|question|case|request)\b",
    ),
    town=(
        r"\b(bins|dustbin|rubbish|garbage|recycling|permit|passport|street ?lights?|potholes?|playground|cemetery|kindergarten|nursery|ballots?|parking|council tax|noise|dog licen[cs]e|planning application)\b",
    ),
    receipt_titles=(
        r"thank(s| you) for (contacting|your (e-?mail|message|enquiry|inquiry|request))",
        r"(we('ve| have) )?received your (e-?mail|message|request|enquiry|inquiry)",
        r"(your )?(request|ticket|enquiry|inquiry|message|case)\b.{0,40} (has been )?(received|created|opened|registered|logged)",
        r"(automatic )?(acknowledge?ment|confirmation) of (receipt|your)",
        r"\[(ticket|case|request) ?(id)?[:#]? ?\S+\]",
    ),
    received=(
        rf"\b(your|the) (\S+ )?{_MAIL} (has been|was|have been) (\S+ )?(received|registered|created|logged|forwarded|assigned|queued)",
        rf"\bwe (have |'ve )?(\S+ )?received your (\S+ )?{_MAIL}",
        r"\b(as soon as possible|shortly|within (\S+ )?\S+ (business |working )?(hours|days))\b",
    ),
    reference=(r"\b(ticket|case|reference|request|tracking)( ?-?(id|number|no\.?|#)|\s?#)\b",),
    bounce_titles=(
        r"(mail )?(undeliver(able|ed)|undelivered mail returned to sender|non[- ]?deliver(y|able)( report| notification)?)\b",
        r"returned ((e-?)?mail|to sender|message)|((e-?)?mail|message) returned|postmaster notify|delivery status|(mail|message) (failure|status)",
        r"(mail|message|e-?mail) (delivery|system) (failed|failure|status|error|problem|subsystem|has failed|report|notification|could not)",
        r"delivery (status notification|failure|has failed|report|notification|problem|error|incomplete|delayed|unsuccessful|notice)",
        r"failure (notice|notification|delivery)|failed (mail|delivery|message)|nondeliverable mail|rejected (mail|message)|delivery: ?fail|there was an error sending|warning.{1,3}(could not send|mail delayed|delay in)",
        r"(warning: )?(message|mail|e-?mail) (\S+ )?(could not|couldn't|not|was not|cannot) (be )?(sent|delivered)|warning: (could not send|message)",
        r"(delayed|bounced?|rejected) (e-?mail|mail|message)|(mail|message) (delayed|bounced|blocked|rejected)|dsn:|ndn:|nondelivery",
        r"(user|address|recipient|mailbox) (unknown|not found|full)|(invalid|unknown) (user|address|recipient)",
    ),
    bounce_text=(
        r"\b(problems?|error\S*|trouble) (\S+ ){0,4}?deliver|transcript of (the )?session|^(\S+ ){0,6}?the original message was received at|was blocked by|undeliverable to",
        r"\b(could not|couldn't|cannot|can't|was not|wasn't able to|unable to|not) (be )?(deliver|sent|reach|relay)",
        r"\b(delivery|transmission) (to|of) .{0,200}(failed|failure|has been delayed|impossible)|\bfailed (permanently|addresses|recipients)|\bpermanent(ly)? (fatal )?(error|fail)",
        r"\b(undeliver(able|ed)|bounced|diagnostic-code|final-recipient|remote host said|failed recipients|invalid (user|recipient) address|no such (user|recipient|mailbox)|reporting-mta|smtp error from)\b",
        r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|\b(reason|error|status|code|said|response):? [^.]{0,40}\b55\d\b|<<< ?[45]\d\d|^5\d\d ",
        r"\b(user|mailbox|recipient|address|account)\b (\S+ ){0,4}?(unknown|does not exist|doesn't exist|not found|is full|over quota|unavailable|disabled|rejected|listed in)",
        r"\b(below this line is a copy|original message follows|returned message|message headers follow|your message to .{1,80} (was|has been) (rejected|blocked|delayed))",
    ),
    read_titles=(
        r"(not )?read:",
        r"return receipt",
        r"read[- ]receipt",
        r"disposition notification",
        r"deleted:",
        r"displayed:",
    ),
    read_text=(
        r"\byour message\b.{0,300}\bwas (read|displayed|deleted|opened)\b",
        r"\bthis is a (return|read) receipt\b|\bhas been (displayed|read)\b.{0,40}\b(no guarantee|to )",
    ),
    calendar_titles=(r"(accepted|declined|tentative(ly accepted)?|cancell?ed|new time proposed):",),
)
