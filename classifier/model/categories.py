"""The categories of an offer, in the order of the labelling guide."""

# Category -> what is offered, in Chinese and in English, for people.
CATEGORIES = {
    "exchange": ("交易平台", "exchange: sign-up, download, referral, how to buy"),
    "otc": ("场外兑换", "over the counter: money for coins and back"),
    "token_sale": ("代币发行", "token sale: ICO, IEO, presale, RWA"),
    "signals": ("带单跟单", "signals: lead trades, copy trades, bots"),
    "yield_mining": ("挖矿理财", "mining and yield: machines, hash-power, staking"),
}
