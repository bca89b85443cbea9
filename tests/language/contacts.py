"""Invented contacts in every format and disguise, and the pieces such texts are made of. Addresses are vectors of the standards."""

from hypothesis import strategies as st

ETH = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"

PERSONAL = [
    # WeChat: introducers, fillers, disguised characters
    ("微信：abc_12345", "wechat", "abc_12345"),
    ("薇❤：xiaobi_520 备注进群", "wechat", "xiaobi_520"),
    ("威信号:coinking88", "wechat", "coinking88"),
    ("VX coin8888", "wechat", "coin8888"),
    ("vx：coinking", "wechat", "coinking"),
    ("加Ⅴ：btc_laoshi", "wechat", "btc_laoshi"),
    ("➕v btc20099", "wechat", "btc20099"),
    ("加ⓥ coin20099", "wechat", "coin20099"),
    ("🅥信：laoshi2009", "wechat", "laoshi2009"),
    ("添加客服微信 kefu2009 进群", "wechat", "kefu2009"),
    ("微信号是ａｂｃ①②③④", "wechat", "ａｂｃ①②③④"),
    ("微信：a b c 1 2 3 4 好", "wechat", "a b c 1 2 3 4"),
    ("微信：a\u200bb\u200bc12345", "wechat", "a\u200bb\u200bc12345"),
    ("卫星：biquan888", "wechat", "biquan888"),
    ("微信同号：13800001234", "wechat", "13800001234"),
    ("徽信 1234567890", "wechat", "1234567890"),
    ("微信：yinghuo-shufen", "wechat", "yinghuo-shufen"),
    ("群满了加 lulu_yangli01", "wechat", "lulu_yangli01"),
    ("发给助理 lulu_yangli02", "wechat", "lulu_yangli02"),
    # QQ
    ("QQ：12345678", "qq", "12345678"),
    ("扣扣①②③④⑤⑥⑦", "qq", "①②③④⑤⑥⑦"),
    ("🐧1234567", "qq", "1234567"),
    ("企鹅 一二三四五六七", "qq", "一二三四五六七"),
    ("加q1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣", "qq", "1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣"),
    ("http://wpa.qq.com/msgrd?v=3&uin=12345678&site=qq", "qq", "12345678"),
    ("QQ群:987654321", "qq_group", "987654321"),
    ("交流群号 98765432", "qq_group", "98765432"),
    ("扣扣裙：1 2 3 4 5 6 7 8", "qq_group", "1 2 3 4 5 6 7 8"),
    ("https://jq.qq.com/?_wv=1027&k=AbCdEf12", "qq_group", "AbCdEf12"),
    # Telegram
    ("飞机：@coin_desk", "telegram", "coin_desk"),
    ("✈️ @coin_desk", "telegram", "coin_desk"),
    ("电报号coindesk01", "telegram", "coindesk01"),
    ("TG：coindesk", "telegram", "coindesk"),
    ("客服 @kefu_otc 双向", "telegram", "kefu_otc"),
    ("https://t.me/coindesk", "telegram", "coindesk"),
    ("t.me/+AbCdEfGh1234", "telegram", "+AbCdEfGh1234"),
    ("t.me/joinchat/AAAAAEabcdef", "telegram", "AAAAAEabcdef"),
    ("ｔ．ｍｅ／coindesk", "telegram", "coindesk"),
    ("t点me/coindesk", "telegram", "coindesk"),
    ("t·me/coindesk", "telegram", "coindesk"),
    ("tg://resolve?domain=coindesk", "telegram", "coindesk"),
    ("coindesk.t.me", "telegram", "coindesk"),
    ("联系 @yinghuo-shufen", "telegram", "yinghuo-shufen"),
    ("带单社群，想进的来。老 K。@laok_yangli", "telegram", "laok_yangli"),
    ("今天的合约思路写在前面，后面的行情明天接着说，大家晚安，记得早点休息 @laok_yangli\n", "telegram", "laok_yangli"),
    # phone
    ("电话13800001234", "phone", "13800001234"),
    ("手机①③⑧０0001②③4", "phone", "①③⑧０0001②③4"),
    ("138 0000 1234", "phone", "138 0000 1234"),
    ("138-0000-1234", "phone", "138-0000-1234"),
    ("幺三八零零零零幺二三四", "phone", "幺三八零零零零幺二三四"),
    ("壹叁捌零零零零壹贰叁肆", "phone", "壹叁捌零零零零壹贰叁肆"),
    ("l38OOOO1234", "phone", "l38OOOO1234"),
    ("❶❸❽00001234", "phone", "❶❸❽00001234"),
    ("1 3 8 0 0 0 0 1 2 3 4", "phone", "1 3 8 0 0 0 0 1 2 3 4"),
    ("tel13800001234", "phone", "13800001234"),
    ("WhatsApp：+85200001234", "phone", "+85200001234"),
    ("https://wa.me/8613800138000", "phone", "8613800138000"),
    # e-mail, Alipay, cards
    ("联系 otc.desk@example.com", "email", "otc.desk@example.com"),
    ("12345678#qq.com", "email", "12345678#qq.com"),
    ("支付宝 13800001234", "alipay", "13800001234"),
    ("支付宝：otc@example.com", "alipay", "otc@example.com"),
    ("https://qr.alipay.com/fkx0000abcd", "alipay", "qr.alipay.com/fkx0000abcd"),
    ("卡号 6222 0200 0000 0000 000", "bank_card", "6222 0200 0000 0000 000"),
]

# The alphabet of the trade: introducers, disguised digits, separators, invisible characters, pieces of links and addresses.
PIECES = st.sampled_from(
    [
        "微信", "薇❤", "V", "vx", "➕", "加", "：", ":", " ", "\u200b", "\ufe0f", "\u20e3", "QQ", "群", "裙", "飞机", "✈", "@", "t.me/", "tg://", ".", "-", "_", "1", "3", "8",
        "①", "❸", "０", "一", "零", "l", "O", "o", "abc", "Coin", "12345", "13800001234", "a@b.com", "支付宝", "卡号", "6222020000000000000", "邀请码", "币安", "抹茶", "交易所",
        "okx.com/join/", "?ref=", "https://", "点com", "0x", "1A1zP1", "bc1q", "T", ETH, SEGWIT, "幣", "Ⅴ", "🅥", "\n", "İ", "ﬀ", "\ud800", "•", "🐧", "#qq.com", "(", "）",
    ]
)
