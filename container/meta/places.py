"""Names of countries and of American states and Canadian provinces, and the two letters Meta wants for them."""

from typing import Final


def _table(pairs: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in pairs.split())


# Names are in lower-case ASCII letters without spaces. The order of the next three tables is that of Meta's parameter
# builder (version 1.3.2), which takes the first name found inside a longer text, so it is part of the rule; so are the
# builder's own misspellings.
PROVINCES: Final = _table("""
    ontario:on quebec:qc britishcolumbia:bc alberta:ab saskatchewan:sk manitoba:mb novascotia:ns newbrunswick:nb
    princeedwardisland:pe newfoundlandandlabrador:nl yukon:yt northwestterritories:nt nunavut:nu
""")

STATES: Final = _table("""
    alabama:al alaska:ak arizona:az arkansas:ar california:ca colorado:co connecticut:ct delaware:de florida:fl
    georgia:ga hawaii:hi idaho:id illinois:il indiana:in iowa:ia kansas:ks kentucky:ky louisiana:la maine:me
    maryland:md massachusetts:ma michigan:mi minnesota:mn mississippi:ms missouri:mo montana:mt nebraska:ne
    nevada:nv newhampshire:nh newjersey:nj newmexico:nm newyork:ny northcarolina:nc northdakota:nd ohio:oh
    oklahoma:ok oregon:or pennsylvania:pa rhodeisland:ri southcarolina:sc southdakota:sd tennessee:tn texas:tx
    utah:ut vermont:vt virginia:va washington:wa westvirginia:wv wisconsin:wi wyoming:wy
""")

COUNTRIES: Final = _table("""
    unitedstates:us usa:us ind:in afghanistan:af alandislands:ax albania:al algeria:dz americansamoa:as
    andorra:ad angola:ao anguilla:ai antarctica:aq antiguaandbarbuda:ag argentina:ar armenia:am aruba:aw
    australia:au austria:at azerbaijan:az bahamas:bs bahrain:bh bangladesh:bd barbados:bb belarus:by belgium:be
    belize:bz benin:bj bermuda:bm bhutan:bt boliviaplurinationalstateof:bo bolivia:bo
    bonairesinteustatinsandsaba:bq bosniaandherzegovina:ba botswana:bw bouvetisland:bv brazil:br
    britishindianoceanterritory:io bruneidarussalam:bn brunei:bn bulgaria:bg burkinafaso:bf burundi:bi
    cambodia:kh cameroon:cm canada:ca capeverde:cv caymanislands:ky centralafricanrepublic:cf chad:td chile:cl
    china:cn christmasisland:cx cocoskeelingislands:cc colombia:co comoros:km congo:cg
    congothedemocraticrepublicofthe:cd democraticrepublicofthecongo:cd cookislands:ck costarica:cr
    cotedivoire:ci ivorycoast:ci croatia:hr cuba:cu curacao:cw cyprus:cy czechrepublic:cz denmark:dk djibouti:dj
    dominica:dm dominicanrepublic:do ecuador:ec egypt:eg elsalvador:sv equatorialguinea:gq eritrea:er estonia:ee
    ethiopia:et falklandislandsmalvinas:fk faroeislands:fo fiji:fj finland:fi france:fr frenchguiana:gf
    frenchpolynesia:pf frenchsouthernterritories:tf gabon:ga gambia:gm georgia:ge germany:de ghana:gh
    gibraltar:gi greece:gr greenland:gl grenada:gd guadeloupe:gp guam:gu guatemala:gt guernsey:gg guinea:gn
    guineabissau:gw guyana:gy haiti:ht heardislandandmcdonaldislands:hm holyseevaticancitystate:va vatican:va
    honduras:hn hongkong:hk hungary:hu iceland:is india:in indonesia:id iranislamicrepublicof:ir iran:ir iraq:iq
    ireland:ie isleofman:im israel:il italy:it jamaica:jm japan:jp jersey:je jordan:jo kazakhstan:kz kenya:ke
    kiribati:ki koreademocraticpeoplesrepublicof:kp northkorea:kp korearepublicof:kr southkorea:kr kuwait:kw
    kyrgyzstan:kg laopeoplesdemocraticrepublic:la laos:la latvia:lv lebanon:lb lesotho:ls liberia:lr libya:ly
    liechtenstein:li lithuania:lt luxembourg:lu macao:mo macedoniatheformeryugoslavrepublicof:mk macedonia:mk
    madagascar:mg malawi:mw malaysia:my maldives:mv mali:ml malta:mt marshallislands:mh martinique:mq
    mauritania:mr mauritius:mu mayotte:yt mexico:mx micronesiafederatedstatesof:fm micronesia:fm
    moldovarepublicof:md moldova:md monaco:mc mongolia:mn montenegro:me montserrat:ms morocco:ma mozambique:mz
    myanmar:mm namibia:na nauru:nr nepal:np netherlands:nl newcaledonia:nc newzealand:nz nicaragua:ni niger:ne
    nigeria:ng niue:nu norfolkisland:nf northernmarianaislands:mp norway:no oman:om pakistan:pk palau:pw
    palestinestateof:ps palestine:ps panama:pa papuanewguinea:pg paraguay:py peru:pe philippines:ph pitcairn:pn
    poland:pl portugal:pt puertorico:pr qatar:qa reunion:re romania:ro russianfederation:ru russia:ru rwanda:rw
    saintbarthelemy:bl sainthelenaascensionandtristandacunha:sh saintkittsandnevis:kn saintlucia:lc
    saintmartinfrenchpart:mf saintpierreandmiquelon:pm saintvincentandthegrenadines:vc samoa:ws sanmarino:sm
    saotomeandprincipe:st saudiarabia:sa senegal:sn serbia:rs seychelles:sc sierraleone:sl singapore:sg
    sintmaartenductchpart:sx slovakia:sk slovenia:si solomonislands:sb somalia:so southafrica:za
    southgeorgiaandthesouthsandwichislands:gs southsudan:ss spain:es srilanka:lk sudan:sd suriname:sr
    svalbardandjanmayen:sj eswatini:sz swaziland:sz sweden:se switzerland:ch syrianarabrepublic:sy syria:sy
    taiwanprovinceofchina:tw taiwan:tw tajikistan:tj tanzaniaunitedrepublicof:tz tanzania:tz thailand:th
    timorleste:tl easttimor:tl togo:tg tokelau:tk tonga:to trinidadandtobago:tt tunisia:tn turkey:tr
    turkmenistan:tm turksandcaicosislands:tc tuvalu:tv uganda:ug ukraine:ua unitedarabemirates:ae
    unitedkingdom:gb unitedstatesofamerica:us unitedstatesminoroutlyingislands:um uruguay:uy uzbekistan:uz
    vanuatu:vu venezuelabolivarianrepublicof:ve venezuela:ve vietnam:vn virginislandsbritish:vg
    virginislandsus:vi wallisandfutuna:wf westernsahara:eh yemen:ye zambia:zm zimbabwe:zw
""")

# What the builder's tables leave out: territories with postal codes of their own (United States Postal Service) ...
TERRITORIES: Final = _table("""
    americansamoa:as districtofcolumbia:dc guam:gu northernmarianaislands:mp puertorico:pr virginislands:vi
    usvirginislands:vi washingtondc:dc
""")

# ... other English and home names of countries ...
OTHER_NAMES: Final = _table("""
    uk:gb greatbritain:gb britain:gb england:gb scotland:gb wales:gb northernireland:gb czechia:cz turkiye:tr
    northmacedonia:mk caboverde:cv holland:nl thenetherlands:nl unitedstatesofamerica:us america:us
    republicofkorea:kr korea:kr vaticancity:va holysee:va macau:mo uae:ae burma:mm congobrazzaville:cg
    congokinshasa:cd drcongo:cd republicofthecongo:cg republicofireland:ie thebahamas:bs thegambia:gm
    saintmartin:mf sintmaarten:sx bonairesinteustatiusandsaba:bq sainthelena:sh falklandislands:fk
    cocosislands:cc britishvirginislands:vg usvirginislands:vi virginislands:vi peoplesrepublicofchina:cn
    hongkongsarchina:hk macaosarchina:mo myanmarburma:mm deutschland:de osterreich:at schweiz:ch suisse:ch
    svizzera:ch espana:es italia:it polska:pl brasil:br nederland:nl belgie:be belgique:be sverige:se norge:no
    danmark:dk suomi:fi magyarorszag:hu ceskarepublika:cz cesko:cz slovensko:sk slovenija:si hrvatska:hr
    eesti:ee latvija:lv lietuva:lt island:is eire:ie
""")

# ... and ISO 3166-1 alpha-3.
ALPHA3: Final = _table("""
    abw:aw afg:af ago:ao aia:ai ala:ax alb:al and:ad are:ae arg:ar arm:am asm:as ata:aq atf:tf atg:ag aus:au
    aut:at aze:az bdi:bi bel:be ben:bj bes:bq bfa:bf bgd:bd bgr:bg bhr:bh bhs:bs bih:ba blm:bl blr:by blz:bz
    bmu:bm bol:bo bra:br brb:bb brn:bn btn:bt bvt:bv bwa:bw caf:cf can:ca cck:cc che:ch chl:cl chn:cn civ:ci
    cmr:cm cod:cd cog:cg cok:ck col:co com:km cpv:cv cri:cr cub:cu cuw:cw cxr:cx cym:ky cyp:cy cze:cz deu:de
    dji:dj dma:dm dnk:dk dom:do dza:dz ecu:ec egy:eg eri:er esh:eh esp:es est:ee eth:et fin:fi fji:fj flk:fk
    fra:fr fro:fo fsm:fm gab:ga gbr:gb geo:ge ggy:gg gha:gh gib:gi gin:gn glp:gp gmb:gm gnb:gw gnq:gq grc:gr
    grd:gd grl:gl gtm:gt guf:gf gum:gu guy:gy hkg:hk hmd:hm hnd:hn hrv:hr hti:ht hun:hu idn:id imn:im ind:in
    iot:io irl:ie irn:ir irq:iq isl:is isr:il ita:it jam:jm jey:je jor:jo jpn:jp kaz:kz ken:ke kgz:kg khm:kh
    kir:ki kna:kn kor:kr kwt:kw lao:la lbn:lb lbr:lr lby:ly lca:lc lie:li lka:lk lso:ls ltu:lt lux:lu lva:lv
    mac:mo maf:mf mar:ma mco:mc mda:md mdg:mg mdv:mv mex:mx mhl:mh mkd:mk mli:ml mlt:mt mmr:mm mne:me mng:mn
    mnp:mp moz:mz mrt:mr msr:ms mtq:mq mus:mu mwi:mw mys:my myt:yt nam:na ncl:nc ner:ne nfk:nf nga:ng nic:ni
    niu:nu nld:nl nor:no npl:np nru:nr nzl:nz omn:om pak:pk pan:pa pcn:pn per:pe phl:ph plw:pw png:pg pol:pl
    pri:pr prk:kp prt:pt pry:py pse:ps pyf:pf qat:qa reu:re rou:ro rus:ru rwa:rw sau:sa sdn:sd sen:sn sgp:sg
    sgs:gs shn:sh sjm:sj slb:sb sle:sl slv:sv smr:sm som:so spm:pm srb:rs ssd:ss stp:st sur:sr svk:sk svn:si
    swe:se swz:sz sxm:sx syc:sc syr:sy tca:tc tcd:td tgo:tg tha:th tjk:tj tkl:tk tkm:tm tls:tl ton:to tto:tt
    tun:tn tur:tr tuv:tv twn:tw tza:tz uga:ug ukr:ua umi:um ury:uy usa:us uzb:uz vat:va vct:vc ven:ve vgb:vg
    vir:vi vnm:vn vut:vu wlf:wf wsm:ws yem:ye zaf:za zmb:zm zwe:zw
""")
ALPHA2: Final = frozenset(ALPHA3.values()) | {"xk"}  # Kosovo's is user-assigned, and in use
