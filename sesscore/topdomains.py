"""Top-level domains: the ends by which the name of a host is told from that of a file in the middle of a text.

Not all of them: those of countries, the old ones, and those of the new ones that attackers like.
"""

SURE = frozenset(
    """
    ad ae af ag al ao aq ar at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by ca cd cg ch ci ck cm cn co
    cr cu cv cw cx cy cz de dj dk dm dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr
    gs gt gu gw gy hk hm hn hr ht hu ie il im io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz lb li lk lr
    lt lu lv ly ma mc me mg mh mn mp mq mr mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk
    pn pr pt pw qa re ro ru rw sa sb sd se sg si sk sl sm sn sr ss su sv sx sy sz tc td tg th tj tk tl tm tn to tr tt tv
    tw tz ua ug uk us uy uz va vc ve vg vn vu wf ws ye yt za zm zw
    aero arpa asia biz com coop edu gov info int mil mobi museum net onion org pro tel travel xxx
    beauty best bid bond buzz cam casino cfd click cloud club cyou dev download email fun gdn guru host hosting icu ink
    lat life live loan lol ltd monster ninja ooo online party press quest racing rest rocks sbs science shop site space
    store surf tech tokyo top trade uno vip wang webcam website win work works world xin xyz
    рф бел укр срб 中国 中國 公司 网络 网址 在线 香港 台灣 한국 भारत ایران
    """.split()  # noqa: SIM905 - a list of words would take a line for each
)

# Ends of names of files, or of words in programs, too.
EITHER = frozenset(
    """
    ac ai am as bz cc cf cl do id in la lc ls md mk ml mm mo ms pl pm ps py rs sc sh so st tf vi
    agency app art bar beer bin blog bot box cab cash cat center chat city codes cool date day design digital direct
    directory domains events exchange express finance foundation fyi game games global gold group guide help house inc
    land link llc map market media men money mov name network new news one page parts pics pub report review run
    sale school services show social software solutions stream studio support systems team tips today tools town
    video vision watch wiki zip zone
    """.split()  # noqa: SIM905 - a list of words would take a line for each
)
