"""What the codes of the tables are called, in Chinese and English."""

from __future__ import annotations

from collections import Counter
from typing import Any

ACCOUNT_VERDICTS = {
    "flag": ("建议优先查看", "suggested to look at first"),
    "review": ("需人工看", "a person should look"),
    "clear": ("未见问题", "nothing found"),
    "abstain": ("无法判断", "cannot be judged"),
}
POST_VERDICTS = {"offer": ("揽客", "offer"), "review": ("待看", "to read"), "clear": ("未见问题", "clear"), "": ("未评分", "not judged")}
CATEGORIES = {
    "exchange": ("交易平台", "exchange"),
    "otc": ("场外兑换", "over the counter"),
    "token_sale": ("代币发行", "token sale"),
    "signals": ("带单跟单", "signals"),
    "yield_mining": ("挖矿理财", "yield and mining"),
}
LEAD_KINDS = {
    "wechat": ("微信", "WeChat"),
    "qq": ("QQ", "QQ"),
    "qq_group": ("QQ群", "QQ group"),
    "telegram": ("电报", "Telegram"),
    "phone": ("电话", "phone"),
    "email": ("邮箱", "e-mail"),
    "alipay": ("支付宝", "Alipay"),
    "bank_card": ("银行卡", "bank card"),
    "btc": ("比特币地址", "BTC address"),
    "eth": ("以太坊地址", "ETH address"),
    "tron": ("波场地址", "TRON address"),
    "referral_code": ("邀请码", "referral code"),
    "referral_link": ("邀请链接", "referral link"),
    "domain": ("域名", "domain"),
    "venue": ("平台", "venue"),
    "app": ("应用", "app"),
}
BODY_STATES = {
    "full": ("正文完整", "full"),
    "truncated": ("正文被截断", "cut short"),
    "excerpt": ("只有节选", "an excerpt only"),
    "digest_only": ("只有摘要", "a digest only"),
    "title_only": ("只有标题", "a title only"),
    "link_only": ("只有链接", "a link only"),
    "empty": ("正文为空", "empty"),
    "paywalled": ("付费内容", "behind a paywall"),
    "fetch_failed": ("抓取失败", "could not be fetched"),
    "deleted": ("已被删除", "deleted"),
    "violation": ("因违规不可见", "removed for a violation"),
    "unavailable": ("无法查看", "unavailable"),
    "pictures_only": ("只有图片", "pictures only"),
}
REJECT_REASONS = {
    "duplicate": ("重复的帖子", "duplicate of a post that was kept"),
    "service": ("系统消息或模板消息", "service message"),
    "unreadable": ("无法读取", "unreadable"),
    "unrecognised": ("无法识别的文件", "file not recognised"),
    "not_posts": ("不是帖子的文件", "a file of something else than posts"),
    "mojibake": ("编码已损坏的文件", "a file whose characters were lost"),
    "heading": ("重复的表头", "the heading again"),
    "personal": ("个人聊天，不读取", "a personal chat, never read"),
    "no_text": ("没有文字", "no words"),
    "empty": ("没有帖子的空文件", "a file or archive without a post"),
    "not_an_export": ("不是导出：图片、样式、脚本，或本工具的结果", "not an export: pictures, styles, scripts, or results of this tool"),
}
# Read from the top: the first that the score reaches.
SCORE_WORDS = ((0.9, ("极高", "very high")), (0.7, ("高", "high")), (0.4, ("中等", "middling")), (0.1, ("较低", "low")), (0.0, ("很低", "very low")))


def describe_score(score: float | None) -> tuple[str, str]:
    """Return how likely *score* is, in Chinese and English words; of None, that it was not scored."""
    if score is None:
        return ("未评分", "not scored")
    return next((words for least, words in SCORE_WORDS if score >= least), SCORE_WORDS[-1][1])


def name_counts(counts: Counter[str], names: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    named = []
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        chinese, english = names.get(code, (code or "未说明", code or "not said"))
        named.append({"code": code, "chinese": chinese, "english": english, "count": count})
    return named
