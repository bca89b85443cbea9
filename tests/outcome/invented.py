"""An invented scored folder: ten accounts that nobody runs, with the shape a real run leaves behind."""

import datetime as dt
import json
import random
from pathlib import Path

import pandas as pd

from classifier.outcome.columns import ACCOUNT_COLUMNS, LEAD_COLUMNS, POST_COLUMNS, REJECT_COLUMNS, TEXT_COLUMNS
from classifier.outcome.tables.write import TableWriter

# (name, what it does, first month, posts, share of offers)
ACCOUNTS = [
    ("链上生活指南", "otc", 2025, 46, 0.55),
    ("老陈看盘笔记", "signals", 2025, 38, 0.5),
    ("云端算力俱乐部", "yield_mining", 2024, 22, 0.6),
    ("新手入门手册", "exchange", 2025, 9, 0.3),
    ("码农手记", "tech", 2023, 64, 0.02),
    ("财经早知道", "news", 2025, 90, 0.0),
    ("城南社区卫生", "general", 2024, 30, 0.0),
    ("防骗小课堂", "warning", 2025, 12, 0.0),
    ("图说市井", "pictures", 2025, 6, 0.0),
    ("夜读", "short", 2025, 2, 0.0),
]
OPENINGS = [
    "这两天后台收到不少留言，问得最多的还是老问题，今天统一说一下。",
    "周末和几位老朋友喝茶，聊起今年的行情，大家都觉得比去年难做。",
    "先说结论：稳字当头，别贪快。下面慢慢讲。\n\n",
    "最近气温回升，出门记得带伞。闲话不多说，进入正题。",
]
PITCHES = {
    "otc": [
        "需要出入金的朋友加薇❤️：ab••••88，承兑秒到，量大从优，面交走账都可以",
        "本群长期收Ｕ出Ｕ，汇率比平台好两个点，不冻卡，飞机 @u•••••3 私聊",
        "代买代卖USDT，先款后币或担保均可，老客户介绍返点，电话 138••••0000",
    ],
    "signals": [
        "现价67200附近做多，止损66800，目标68500，进VIP群看后续，群主威信 ch••••21",
        "跟单学员本周翻倍，名额只剩五个，扫码进群前请先用我的邀请码 BJ2026 注册鲸海",
    ],
    "yield_mining": [
        "云算力合约365天，日化千分之四，静态收益稳定，登记电话 138••••0000",
        "托管矿机现货，电费三毛六，签约送两个月，联系 kf•••@jinghai.example",
    ],
    "exchange": ["打开鲸海官网 jinghai.example，点右上角注册，邀请码填 BJ2026 手续费返40%，再按下图完成实名和充值"],
    "tech": ["顺便放一下我的邀请链接 https://jinghai.example/r/BJ2026 ，注册可以减手续费"],
}
MIDDLES = {
    "otc": "稳定币这几年用的人越来越多，尤其是做外贸的朋友，回款慢、汇损高，总得想办法。",
    "signals": "昨晚的走势完全在预期之内，四小时级别的支撑踩得很准，均线也开始拐头。",
    "yield_mining": "算力是新的石油，机房选址决定了三年的回报，我们在西南的二期已经通电。",
    "exchange": "很多新手卡在第一步：不知道去哪里开户，也不知道怎么把钱放进去。",
    "tech": "这一篇讲共识算法里的出块顺序，以及为什么回滚深度要取六个块。代码在文末。",
    "news": "监管部门昨日发布公告，三家平台因未按要求整改被约谈，业内人士认为影响有限。",
    "general": "本周三上午九点在社区活动中心开展免费血压测量，请带好身份证。",
    "warning": "骗子常说“承兑秒到、量大从优”，等你转账以后立刻拉黑。遇到这样的话请直接报警。",
    "pictures": "",
    "short": "晚安。",
}
ENDINGS = ["以上仅代表个人看法。", "觉得有用请点个在看。", "投资有风险，入市需谨慎。", "我们下期再见。"]
TITLES = {
    "otc": ["外贸回款的三个办法", "今日汇率与到账说明", "怎么换更划算", "一个老客户的故事"],
    "signals": ["67200 是机会还是陷阱", "今晚的两个位置", "学员反馈汇总", "为什么你总是追高"],
    "yield_mining": ["二期机房正式通电", "算力合约常见问题", "一台机器的三年账"],
    "exchange": ["五分钟学会开户", "充值的三种方式", "新手常见误区"],
    "tech": ["出块顺序与回滚深度", "用两百行写一个节点", "梅克尔树到底省了什么"],
    "news": ["三家平台被约谈", "早报：昨夜今晨要闻", "某地出台数据新规"],
    "general": ["本周义诊安排", "高血压患者冬季须知", "疫苗接种通知"],
    "warning": ["“承兑秒到”是什么骗局", "陌生人拉你进群怎么办"],
    "pictures": ["街角", "菜场", "雨天"],
    "short": ["晚安", "月亮"],
}
VERDICT_OF = {"otc": "flag", "signals": "flag", "yield_mining": "flag", "exchange": "review", "tech": "review", "pictures": "abstain", "short": "abstain"}
REASONS = {
    "flag": ("{n} 篇帖子留下同一联系方式并招揽交易，最近一篇在 {last}。", "{n} posts solicit trades with the same contact, the latest on {last}."),
    "review": ("有 {n} 篇出现交易入口，其余为一般内容，需要人判断。", "{n} posts give an entrance to trade, the others do not: a person should decide."),
    "clear": ("没有发现招揽交易的帖子。", "No post that offers a trade was found."),
    "abstain": ("可判断的文字太少。", "Too few words to judge."),
}


def write_scored_folder(folder, *, fmt="csv", payload=None, where=(), copies=1, seed=7):
    """
    Return *folder* with every table of a run.

    *payload* is put into each place of *where* (name, title, text, url, quote, lead, reason, file, run) of the first account and its first offer.
    *copies* repeats the accounts, for a large folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    accounts, posts, leads, texts = [], [], [], []
    for copy in range(copies):
        for number, told in enumerate(ACCOUNTS):
            mine = payload if copy == 0 and number == 0 else None
            _add_account(told, f"gh_{copy:04d}{number:02d}", chance, mine, where, accounts, posts, leads, texts)
    ranks = {"flag": 0, "review": 1, "clear": 2, "abstain": 3}
    accounts.sort(key=lambda account: (ranks[account["verdict"]], -(account["score"] or 0)))
    rejects = [
        {
            "src_file": payload if payload and "file" in where else "2026-02.csv",
            "src_row": row,
            "reason": reason,
            "excerpt": "",
            "kept_post_id": "gh_000000-1" if reason == "duplicate" else None,
        }
        for row, reason in enumerate(["duplicate"] * 7 + ["service"] * 3 + ["unreadable"], 400)
    ]
    for name, rows, columns in (
        ("accounts", accounts, ACCOUNT_COLUMNS),
        ("posts", posts, POST_COLUMNS),
        ("leads", leads, LEAD_COLUMNS),
        ("rejects", rejects, REJECT_COLUMNS),
    ):
        _write(folder / name, fmt, rows, columns)
    _write(folder / "texts", "parquet", texts, TEXT_COLUMNS)
    run = {
        "version": "0.1.0",
        "started": "2026-03-02T09:15:04+08:00",
        "model": {"name": payload if payload and "run" in where else "shipped", "digest": "sha256:5f1c0a", "trained_on": "2026-02-20"},
        "options": {"format": fmt, "jobs": 4, "reveal": False},
        "counts": {"rows_read": len(posts) + len(rejects), "posts": len(posts), "rejects": len(rejects)},
        "timings": {"read": 0.8, "score": 3.412, "write": 0.6},
        "operating_point": {"name": "careful", "offer": 0.81, "review": 0.34},
        "promise": [
            {"share_of_offers": 0.01, "precision": 0.83, "recall": 0.91, "posts_to_read": 13},
            {"share_of_offers": 0.05, "precision": 0.96, "recall": 0.91, "posts_to_read": 58},
            {"share_of_offers": 0.2, "precision": 0.99, "recall": 0.91, "posts_to_read": 214},
        ],
    }
    (folder / "run.json").write_text(json.dumps(run, ensure_ascii=False), encoding="utf-8")
    return folder


def _add_account(told, account_id, chance, payload, where, accounts, posts, leads, texts):
    name, work, year, n_posts, share = told

    def hostile(place, ordinary):
        return payload if payload is not None and place in where else ordinary

    account = {"account_id": account_id, "account_key": f"id:{account_id}", "account_name": hostile("name", name)}
    day = dt.date(year, chance.randint(5, 12), 3)
    mine, offers = [], 0
    for _ in range(n_posts):
        day += dt.timedelta(days=chance.choice([1, 1, 2, 3, 5, 8]))
        offer = chance.random() < share or (share > 0 and not mine)
        offers += offer
        post, text = _invent_post(work, offer, chance)
        first = offer and offers == 1
        if first and payload is not None:
            if "text" in where:
                pitch = post["evidence"][0]["quote"]
                text = payload + text.replace(pitch, payload + pitch + payload) + payload
                post["evidence"] = [_evidence(text, passage["quote"], passage["weight"]) for passage in post["evidence"]]
            if "quote" in where:
                text += payload
                post["evidence"].insert(0, _evidence(text, payload, 9.0))
            if "title" in where:
                post["title"] = payload
        post |= account | {
            "post_id": f"{account_id}-{len(mine) + 1}",
            "published_at": f"{day}T{chance.randint(7, 22):02d}:{chance.randint(0, 59):02d}:00+08:00",
            "url": (hostile("url", "") if first else "") or f"https://mp.example/s/{account_id}{len(mine):03d}",
            "src_file": "2026-02.csv",
            "src_row": len(posts) + 2,
        }
        if offer:
            for kind, value in (("referral_code", "BJ2026"), ("domain", "jinghai.example"), ("wechat", "ab••••88"), ("wechat", "ch••••21"), ("phone", "138••••0000")):
                if value in text:
                    at = text.index(value)
                    leads.append(
                        {"kind": kind, "value": hostile("lead", value), "account_id": account_id, "account_key": account["account_key"], "post_id": post["post_id"], "field": "text", "start": at, "end": at + len(value), "checksum": None}
                    )
            if work == "yield_mining" and offers == 1:
                leads.append(
                    {"kind": "eth", "value": "0x" + "12ab" * 10, "account_id": account_id, "account_key": account["account_key"], "post_id": post["post_id"], "field": "text", "start": 0, "end": 42, "checksum": True}
                )
        mine.append(post)
        posts.append(post)
        texts.append(post | {"text": text})
    verdict = VERDICT_OF.get(work, "clear")
    offering = sorted((post for post in mine if post["verdict"] == "offer"), key=lambda post: -post["score"])
    zh, en = REASONS[verdict]
    accounts.append(
        account
        | {
            "verdict": verdict,
            "score": None if verdict == "abstain" else {"flag": 0.9, "review": 0.5, "clear": 0.02}[verdict] + chance.random() * 0.09,
            "n_posts": n_posts,
            "n_scored": sum(bool(post["verdict"]) for post in mine),
            "n_offer": len(offering),
            "n_review": sum(post["verdict"] == "review" for post in mine),
            "categories": sorted({post["category"] for post in offering}),
            "first_post": mine[0]["published_at"],
            "last_post": mine[-1]["published_at"],
            "top_posts": [post["post_id"] for post in offering[:5]],
            "reason": hostile("reason", zh.format(n=len(offering), last=day)),
            "reason_en": hostile("reason", en.format(n=len(offering), last=day)),
        }
    )


def _invent_post(work, offer, chance):
    text = chance.choice(OPENINGS) + MIDDLES[work]
    evidence = []
    if offer:
        pitch = chance.choice(PITCHES[work])
        text += "\n\n" + pitch + "。" + chance.choice(ENDINGS)
        evidence = [_evidence(text, pitch, 2.5 + chance.random())]
        if chance.random() < 0.5:
            evidence.append(_evidence(text, MIDDLES[work][:12], 0.6))
    else:
        text += chance.choice(ENDINGS)
    unread = {"pictures": "pictures_only", "short": "full"}.get(work, "full")
    if work == "pictures":
        text = ""
    elif work == "news" and chance.random() < 0.1:
        unread, text = "truncated", text[:40]
    verdict = "offer" if offer else "review" if chance.random() < 0.04 and work in PITCHES else "clear"
    score = (0.84 + 0.15 * chance.random()) if offer else (0.4 + 0.3 * chance.random()) if verdict == "review" else 0.1 * chance.random() ** 3
    judged = work not in {"pictures", "short"}
    post = {
        "title": chance.choice(TITLES[work]),
        "verdict": verdict if judged else None,
        "score": score if judged else None,
        "category": {"tech": "exchange"}.get(work, work) if offer else None,
        "evidence": evidence,
        "body_state": unread,
    }
    return post, text


def _evidence(text, quote, weight):
    start = text.rindex(quote)
    return {"field": "text", "start": start, "end": start + len(quote), "quote": quote, "weight": weight}


def _write(stem, fmt, rows, columns):
    frame = pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=object) for name in columns})
    with TableWriter(stem, fmt, list(columns)) as writer:
        writer.write(frame)
