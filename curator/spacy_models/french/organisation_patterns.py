"""What the names of organisations look like: expressions of head nouns, offices, appositions and credits."""

from curator.spacy_models.french.lexicon import demonyms, either

Pattern = tuple[str, float, str]

_S = r"(?:[ \u00a0\u202f]{1,3})"
# Bounded, so that a text of capitals alone takes no longer than another.
_CAP = r"[A-ZÀ-Þ][\w’'-]{0,60}"
_CAPS = rf"{_CAP}(?:{_S}{_CAP}){{0,5}}"
_OF = rf"(?:de{_S}la{_S}|de{_S}l['’]|du{_S}|des{_S}|de{_S}|d['’])"
_TO = rf"(?:aux?{_S}|à{_S}la{_S}|à{_S}l['’]|pour{_S}(?:l[ae]s?{_S}|l['’])?|contre{_S}(?:l[ae]{_S}|l['’])?|sans{_S})"
_AND = rf"(?:(?:{_S}et{_S}|,{_S})(?:{_OF}|l['’]|l[ae]s?{_S})?)"
_END = r"(?![\w-])"
_PARTICLE = r"(?:de|del|da|do|al|el|of|for|the|and|et|dia|di|du|des|la)"
# A name of any tongue, with its small words and a number.
_ODD = rf"(?:(?:al|el)-)?{_CAP}(?:{_S}(?:{_PARTICLE}{_S})?{_CAP}){{0,4}}"

_BAND = (
    r"(?:[Gg]roupe|[Mm]ouvement|[Cc]oalition|[Mm]ilices?|[Gg]ang|[Ff]action|ONG|[Pp]arti"
    r"|[Gg]roupuscule|[Gg]uérilla|[Ss]ecte"
    r"|[Oo]rganisation|[Aa]ssociation|[Ss]yndicat|[Cc]ollectif|[Ff]ondation|[Rr]éseau(?: social)?"
    r"|[Mm]essagerie|[Aa]gence"
    r"|[Cc]haîne|[Qq]uotidien|[Hh]ebdomadaire|[Mm]agazine|[Jj]ournal|[Mm]ensuel|ASBL|[Ff]irme"
    r"|[Rr]adio|[Tt]élévision|[Bb]anque|[Ss]ite(?: d['’]information)?|[Pp]ortail)"
)
_FIRM = (
    r"(?:[Cc]abinet|[Ss]ociété|[Cc]ompagnie|[Ee]ntreprise|[Cc]onstructeur|[Gg]éant|[Oo]pérateur"
    r"|[Aa]rmateur|[Mm]ission"
    r"|[Uu]nité|[Oo]pération|[Cc]artel|[Cc]ellule|[Ii]nstitut|[Pp]lateforme|[Ff]iliale|[Dd]iffuseur)"
)
_WHOLE = (
    r"(?:(?<!énéral de )[Bb]rigades?|[Bb]ataillon|[Rr]égiment|[Kk]atiba|[Hh]ôpital|[Ll]ycée"
    r"|[Cc]linique|[Uu]niversité|[Cc]entre hospitalier"
    r"|(?<!énéral de )[Dd]ivision|[Cc]ollège)"
)
_OPENING = (
    r"(?:Radio|Télé|Canal|Studio|Agence|Groupe|Institut|Fondation|Collectif|Ansar|Jaich|Jaish|Liwa"
    r"|Harakat|Hizb|Jamaat|Kataëb"
    r"|Kataeb|Tehreek|Tehrik|Lashkar|Jund|Saraya|Brigade|Katiba|Clan|Cartel|Baz|Barrio|Casa)"
)


def patterns(expressions: dict[str, str], lexicons: str) -> list[Pattern]:
    """Return every pattern with its score and rule; `expressions` holds one for each kind of word."""
    people = f"(?i:{either(demonyms(lexicons))}){_END}"
    adjective = rf"(?:{expressions['ADJECTIVE']}{_END}|{people})"
    return [
        *ministries(expressions, people),
        *offices(people),
        *headed(expressions, adjective),
        *apposed(adjective),
        *media(expressions, adjective),
    ]


def ministries(expressions: dict[str, str], people: str) -> list[Pattern]:
    """Return the patterns of ministries and embassies."""
    adjective = rf"(?:{expressions['ADJECTIVE']}{_END}|{people})"
    office = rf"(?i:{expressions['OFFICE']}){_END}"
    return [
        (rf"[Mm]inistère(?:{_S}{adjective})?{_S}{_OF}{office}(?:{_AND}{office})*", 0.93, "org:ministry"),
        (
            rf"[Mm]inistère(?:{_S}{adjective}){{0,2}}{_S}{_OF}[^\W\d_]{{4,}}(?:{_S}(?:de{_S}fer|d['’]urgence|{adjective}))?"
            rf"(?:{_S}et{_S}{_OF}[^\W\d_]{{4,}}(?:{_S}{adjective})?)?",
            0.9,
            "org:ministry",
        ),
        (
            rf"(?:[Aa]mbassade|[Cc]onsulat(?:{_S}général)?|[Ll]égation)(?:{_S}(?:{_OF}{_CAPS}|{people}))",
            0.9,
            "org:embassy",
        ),
        (
            rf"(?:[Dd]épartement|[Ss]ecrétariat){_S}(?:{adjective}{_S})?"
            rf"(?:d['’][ÉEé]tat|{_OF}(?:affaires{_S}(?:étrangères|intérieures)|{_CAP}|défense|justice|trésor){_END})",
            0.92,
            "org:ministry",
        ),
    ]


def offices(people: str) -> list[Pattern]:
    """Return the patterns of armies, courts and other offices of a state."""
    rank = rf"(?:{_S}(?:nationale|royale|fédérale))?"
    return [
        (
            rf"(?:(?<!hef d['’])[ÉéE]tat-major{_S}(?:des{_S}armées|général(?:{_S}des{_S}armées)?"
            rf"|interarmées|particulier|de{_S}l['’]armée)"
            rf"|[Ff]orces{_S}aérospatiales|[Hh]aut{_S}commandement|[Gg]arde{_S}côtière|Forces{_S}armées"
            rf"|Forces{_S}de{_S}défense"
            rf"|[Ss]ûreté{_S}nationale|[Pp]olice{_S}nationale|[Pp]rotection{_S}civile|[Dd]éfense{_S}civile"
            rf"|[Cc]our{_S}(?:martiale|constitutionnelle|pénale|d['’](?:appel|assises))|[Hh]aute{_S}[Cc]our"
            rf"|[Pp]arquet{_S}(?:fédéral|général|national(?:{_S}antiterroriste)?|antiterroriste|militaire)"
            rf"|[Tt]ribunal{_S}(?:militaire|spécial|suprême|constitutionnel|révolutionnaire))(?:{_S}{people})?"
            rf"(?:{_S}(?:de{_S}|d['’]|du{_S}){_CAPS})?",
            0.8,
            "org:office",
        ),
        (rf"(?:[Pp]arquet|[Tt]ribunal){_S}(?:de{_S}|d['’]){_CAPS}", 0.7, "org:office"),
        (
            rf"[Cc]onseil{_S}(?:général|départemental|régional|municipal|exécutif|provincial){_S}{_OF}{_CAPS}",
            0.8,
            "org:office",
        ),
        (
            r"(?:[Aa]rmée|[Mm]arine|[Aa]viation|[Gg]endarmerie|[Pp]olice|[ÉéE]tat-major|[Pp]arlement|[Ss]énat)"
            rf"{rank}{_S}{people}",
            0.88,
            "org:army",
        ),
        (
            rf"(?:(?:[Aa]rmées?|[Ff]orces?){_S}de{_S}l['’]air|[Aa]rmée{_S}de{_S}terre"
            rf"|[Gg]arde{_S}(?:nationale|républicaine|présidentielle))(?:{_S}{people})?",
            0.8,
            "org:army",
        ),
        (
            rf"(?:[Bb]anque{_S}centrale|[Cc]our{_S}suprême|[Aa]ssemblée{_S}nationale|[Cc]ommandement){_S}{people}"
            rf"(?:{_S}pour{_S}(?:l[ae]{_S}|l['’]){_CAP})?",
            0.8,
            "org:office",
        ),
    ]


def headed(expressions: dict[str, str], adjective: str) -> list[Pattern]:
    """Return the pattern of a name that a capitalised head noun opens."""
    term = rf"(?:{_CAP}|\d+[ -]{_CAP}|{expressions['TERM']}{_END})"
    joined = rf"{_S}et{_S}(?:{_OF}|{_TO}|la{_S}|l['’])?{term}(?={_S}|[).,»])"
    aim = rf"pour{_S}(?:l[ae]{_S}|l['’])[a-zà-ÿ]+"
    part = rf"(?:{_S}{adjective}|{_S}{aim}|{_S}(?:{_OF}|{_TO})(?:{adjective}{_S})?{term}|{joined}|{_S}{_CAP})"
    return [
        (rf"{expressions['HEAD']}{part}{{1,12}}", 0.82, "org:head"),
    ]


def apposed(adjective: str) -> list[Pattern]:
    """Return the patterns of a name that the noun before or after it tells."""
    lower = (
        rf"(?:{_S}(?:{adjective}|rebelle|de{_S}presse"
        r"|[a-zà-ÿ-]+(?:iste|ique|aire|ienne?|al|ale|ive|if|é|ée|euse|eux)s?))"
    )
    return [
        (rf"{_BAND}{lower}{{0,3}}{_S}[«“\"]?{_S}?(?P<name>{_ODD})", 0.91, "org:apposed"),
        (rf"{_FIRM}{lower}{{0,2}}{_S}[«“\"]?{_S}?(?P<name>{_ODD})", 0.6, "org:apposed"),
        (rf"{_WHOLE}{_S}(?:(?:Al|al|el|El)-)?{_CAPS}", 0.86, "org:whole"),
        (rf"[Uu]niversité{_S}(?:{adjective}{_S})?(?:de{_S}|d['’]){_CAPS}", 0.8, "org:whole"),
        (rf"{_OPENING}{_S}(?:{_PARTICLE}{_S}?)?{_CAPS}", 0.86, "org:opening"),
        (
            rf"(?:[Ll]e|[Ll]a|[Dd]u"
            rf"|[Aa]u){_S}(?P<name>{_CAP}(?:{_S}(?:{_PARTICLE}{_S})?{_CAP}){{1,3}})(?=,{_S}(?:une?{_S}"
            rf"|le{_S})?{_BAND})",
            0.8,
            "org:apposition",
        ),
        (
            rf"(?<![\w-]){_CAP}(?:-Infos?|-Presse?|-News|-Média|\.(?:cd|net|com|info|org|fr|bf|ml"
            rf"|ci))",
            0.86,
            "org:site",
        ),
        (rf"(?<![\w-])(?:\d\d\d\d|{_CAP}){_S}?\((?P<name>{_CAPS})\){_S}?[-–—]", 0.7, "org:dateline"),
        (rf"(?:le|du){_S}(?P<name>{_CAP}(?:{_S}(?:{_PARTICLE}{_S})?{_CAP}){{1,3}})", 0.45, "org:article"),
    ]


def media(expressions: dict[str, str], adjective: str) -> list[Pattern]:
    """Return the patterns of media, and of agencies in credits."""
    medium = r"(?:[Aa]gence|[Cc]haîne|[Rr]adio|[Jj]ournal|[Qq]uotidien)"
    kind = (
        rf"(?:{adjective}|de{_S}(?:presse|télévision)|d['’](?:État|information)|officiel(?:le)?|publi(?:c"
        rf"|que)|privée?"
        r"|télévisée?|locale?)"
    )
    return [
        (rf"{medium}(?:{_S}{kind}){{1,3}}{_S}(?P<name>{_CAPS})", 0.8, "org:media"),
        (rf"(?<![\w-])(?!ONG|L[ae]|Les){_CAPS}{_S}{expressions['MEDIA']}{_END}", 0.8, "org:media"),
        (rf"sur{_S}(?P<name>X)(?![\w’'.-])", 0.7, "org:network"),
        (rf"©{_S}?(?P<name>{_CAPS})", 0.6, "org:credit"),
        (rf"(?:[Pp]hoto|[Cc]rédit|©)[^\n]{{0,40}}/{_S}?(?P<name>{_CAPS})", 0.7, "org:credit"),
    ]
