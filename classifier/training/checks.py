"""The rules of the training corpus, each as a check that names every breach."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.training.labels import CATEGORIES, GENRES, Row, band, full_text

# The rules, with their figures (see CONTRIBUTING.md).
SHARED_SENTENCE = 15
OFFER_SHARE = (0.40, 0.60)
OPENING = 6
OPENING_SHARE = 0.005
NEAR_DUPLICATE = 0.6
TWIN_DUPLICATE = 0.97
PROBE_AUC = 0.65
WRITER_FALL = 0.03
FROZEN_POSTS = 600
FROZEN_ACCOUNTS = 60
# Posts an account needs to be counted as one.
LEAST_OF_ACCOUNT = 5
REGISTERS = ("officialese", "news", "essay", "teacher", "chat", "bulletin", "hard_sell", "soft_sell", "tutorial", "question", "announcement", "comment")

HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
# Words that carry no topic: what is left when nothing of the subject is looked at.
FUNCTION_WORDS = ["的", "了", "是", "在", "我", "你", "他", "她", "它", "们", "这", "那", "有", "不", "也", "都", "就", "和", "与", "及", "或", "但", "而", "被", "把", "让", "给", "对", "从", "到", "向", "为", "以", "于", "上", "下", "中", "里", "后", "前", "再", "又", "还", "很", "更", "最", "吗", "呢", "吧", "啊", "呀", "哦", "请", "您", "咱", "并", "等", "之", "其", "所", "由", "因", "如", "若", "则", "将", "会", "能", "要", "可", "应", "须"]


class Problem(NamedTuple):
    """One breach of a rule: which rule, and where and what."""

    rule: str
    what: str


def check_rows(rows: list[Row]) -> list[Problem]:
    """Return every breach of a rule that looks at posts one by one or side by side; none needs training."""
    return [
        *_fields(rows),
        *_marks(rows),
        *_pairs(rows),
        *_shared_sentences(rows),
        *_near_duplicates(rows),
        *_offer_shares(rows),
        *_openings(rows),
    ]


def check_frozen(rows: list[Row], frozen: list[Row]) -> list[Problem]:
    """Return every way in which the *frozen* part is not apart from the *rows* that are learned from, or too small to measure on."""
    problems = [
        Problem("frozen", f"{what} {name!r} stands in both parts")
        for what in ("writer", "account")
        for name in sorted({row[what] for row in rows} & {row[what] for row in frozen})
    ]
    own = {row["id"] for row in frozen}
    for rule in (_shared_sentences, _near_duplicates):
        # Each part has been held to the rule by itself.
        alone = {*rule(rows), *rule(frozen)}
        problems += [problem for problem in rule([*rows, *frozen]) if problem not in alone and any(name in problem.what for name in own)]
    accounts = sum(count >= LEAST_OF_ACCOUNT for count in Counter(row["account"] for row in frozen).values())
    for what, there, least in (("posts", len(frozen), FROZEN_POSTS), ("accounts", accounts, FROZEN_ACCOUNTS)):
        if there < least:
            problems.append(Problem("frozen", f"{there} {what}, at least {least} are needed"))
    return problems


def _fields(rows: list[Row]) -> list[Problem]:
    problems = []
    for name, count in Counter(row["id"] for row in rows).items():
        if count > 1:
            problems.append(Problem("id", f"{name} stands {count} times"))
    for row in rows:
        known = {"offer": tuple(CATEGORIES), "not_offer": GENRES, "borderline": (*CATEGORIES, *GENRES)}[row["label"]]
        if row["sub"] not in known:
            problems.append(Problem("label", f"{row['id']}: {row['label']} of {row['sub']!r}"))
        if row.get("register") not in REGISTERS:
            problems.append(Problem("register", f"{row['id']}: {row.get('register')!r}"))
        missing = [field for field in ("writer", "brief", "era", "account") if not row.get(field)]
        if missing:
            problems.append(Problem("fields", f"{row['id']} lacks {', '.join(missing)}"))
    return problems


def _marks(rows: list[Row]) -> list[Problem]:
    problems = []
    for row in rows:
        if any(not 0 <= start < end <= len(row["text"]) for start, end in row["marks"]):
            problems.append(Problem("marks", f"{row['id']}: {row['marks']} in a text of {len(row['text'])} characters"))
        if (row["label"] == "offer") != bool(row["marks"]) and row["label"] != "borderline":
            problems.append(Problem("marks", f"{row['id']}: {row['label']} with {len(row['marks'])} marks"))
    return problems


def _pairs(rows: list[Row]) -> list[Problem]:
    pairs = defaultdict(list)
    for row in rows:
        if row.get("pair"):
            pairs[row["pair"]].append(row["label"])
    return [
        Problem("pair", f"{name}: {', '.join(labels)}; a pair is an offer and its honest twin")
        for name, labels in pairs.items()
        if "borderline" not in labels and sorted(labels) != ["not_offer", "offer"]
    ]


def _shared_sentences(rows: list[Row]) -> list[Problem]:
    where = defaultdict(list)
    for row in rows:
        for run in {run for run in HAN_RUN.findall(row["text"]) if len(run) >= SHARED_SENTENCE}:
            where[run].append(row)
    return [
        Problem("shared sentence", f"{run[:24]} in {', '.join(row['id'] for row in sharing)}")
        for run, sharing in where.items()
        if len({row.get("pair") or row["id"] for row in sharing}) > 1
    ]


def _near_duplicates(rows: list[Row]) -> list[Problem]:
    """Compare only posts that share a rare shingle: 12 characters that at most 20 posts have."""
    shingles = [{row["text"][i : i + 6] for i in range(max(1, len(row["text"]) - 5))} for row in rows]
    holders = defaultdict(list)
    for n, found in enumerate(shingles):
        for shingle in found:
            holders[shingle].append(n)
    shared: Counter[tuple[int, int]] = Counter()
    for together in holders.values():
        if 1 < len(together) <= 20:
            shared.update((a, b) for i, a in enumerate(together) for b in together[i + 1 :])
    problems = []
    for (a, b), count in shared.items():
        alike = count / max(1, min(len(shingles[a]), len(shingles[b])))
        twins = rows[a].get("pair") and rows[a].get("pair") == rows[b].get("pair")
        if alike > (TWIN_DUPLICATE if twins else NEAR_DUPLICATE):
            problems.append(Problem("near-duplicate", f"{rows[a]['id']} and {rows[b]['id']} share {alike:.0%}"))
    return problems


def _offer_shares(rows: list[Row]) -> list[Problem]:
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row["label"] != "borderline":
            counts[row["writer"], band(row["text"])][row["label"]] += 1
    problems = []
    for (writer, name), labels in sorted(counts.items()):
        share = labels["offer"] / labels.total()
        if not OFFER_SHARE[0] <= share <= OFFER_SHARE[1]:
            problems.append(Problem("offer share", f"{writer}, {name} posts: {share:.0%} of {labels.total()} offer"))
    return problems


def _openings(rows: list[Row]) -> list[Problem]:
    openings = Counter(row["text"][:OPENING] for row in rows)
    return [
        Problem("opening", f"{opening!r} begins {count} posts")
        for opening, count in openings.items()
        if count > max(1, OPENING_SHARE * len(rows))
    ]


def surface(rows: list[Row]) -> npt.NDArray[np.float64]:
    """Return what is left of posts when their subject is not looked at: punctuation, emoji, length, function words; a row a post."""
    marks = "，。！？；：、…—～()（）【】“”《》#@*+-/%.,!?:;~|"
    table = []
    for row in rows:
        text = row["text"]
        length = max(1, len(text))
        emoji = sum(0x1F000 <= ord(c) < 0x1FB00 or 0x2600 <= ord(c) < 0x27C0 for c in text)
        table.append(
            [np.log1p(length), text.count("\n"), text.count("\n") / length, emoji, emoji / length]
            + [text.count(mark) / length for mark in marks]
            + [text.count(word) / length for word in FUNCTION_WORDS]
        )
    return np.array(table)


def probe_auc(rows: list[Row], *, seed: int = 0) -> float:
    """Return how well surface alone tells offers from the rest: area under the ROC curve, held out by writer, 0.5 is not at all."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    sure = [row for row in rows if row["label"] != "borderline"]
    offers = np.array([row["label"] == "offer" for row in sure])
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000, random_state=seed))
    folds = GroupKFold(min(10, len({row["writer"] for row in sure})))
    scores = cross_val_predict(probe, surface(sure), offers, groups=[row["writer"] for row in sure], cv=folds, method="decision_function")
    return float(roc_auc_score(offers, scores))


def writer_fall(rows: list[Row]) -> float:
    """Return by how much average precision falls when no writer of a test post was trained on, against a random split."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import average_precision_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    from classifier.language.segment import segment

    sure = [row for row in rows if row["label"] != "borderline"]
    offers = np.array([row["label"] == "offer" for row in sure])
    cuts = [segment(full_text(row)) for row in sure]
    # A plain model says it as well as ours and is trained twenty times in a minute.
    plain = make_pipeline(TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=2), LogisticRegression(C=100, max_iter=1000))
    writers = [row["writer"] for row in sure]
    # Twins stay together in both, so that only the writer differs.
    pairs = [row.get("pair") or row["id"] for row in sure]
    of_writer = GroupKFold(min(10, len(set(writers))))
    random = GroupKFold(min(10, len(set(writers))), shuffle=True, random_state=0)
    by_writer = cross_val_predict(plain, cuts, offers, groups=writers, cv=of_writer, method="decision_function")
    by_pair = cross_val_predict(plain, cuts, offers, groups=pairs, cv=random, method="decision_function")
    return float(average_precision_score(offers, by_pair) - average_precision_score(offers, by_writer))
