"""A stand-in for a frozen part: invented posts of a few accounts, some labelled wrongly so that there are errors to show."""

OFFER = "新用户点此注册币安，填邀请码永久返佣四成，USDT 出入金秒到，加微信 coin_helper88 拉你进群。"
NEWS = "据报道，比特币价格昨夜下跌，多家交易所称系统运行正常，监管部门提醒投资者注意风险。"
WALK = "周末去河边走了走，柳树已经发芽，孩子们在放风筝。"


def post(number, label, sub, text, *, account, **fields):
    marks = [[0, len(text)]] if label == "offer" else []
    genre = {"category": sub} if label == "offer" else {"genre": sub}
    return {"id": f"s{number}", "label": label, "text": text, "account": account, "writer": account[0], "era": "2021-05", "marks": marks, "title": "", **genre, **fields}


FROZEN = [
    *(post(n, "offer", "exchange", f"第{n}期。{OFFER}", account=f"{'甲乙丙丁'[n % 4]}交易课") for n in range(12)),
    *(post(n, "not_offer", "news", f"{n}日讯。{NEWS}", account=f"{'戊己庚辛'[n % 4]}日报", era="2018") for n in range(20, 32)),
    *(post(n, "not_offer", "general", f"第{n}天。{WALK}", account="壬的散步", source="diary") for n in range(40, 44)),
    # An offer called news by whoever labelled it, with markup and a contact: what the page must not run nor show.
    post(50, "not_offer", "news", f"<script>alert(1)</script>{OFFER}", account="<b>己</b>日报", title="<img src=x onerror=alert(1)>"),
    post(51, "offer", "otc", WALK, account="甲交易课"),
    post(52, "offer", "yield_mining", OFFER, account="乙交易课", marks=[[0, 2]]),
    post(53, "borderline", "signals", "看涨，目标七万。", account="丙交易课"),
]
