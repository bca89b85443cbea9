"""What a link looks like, with the dots that people write for a dot."""

from __future__ import annotations

import re

_TLD = (
    "com|net|org|info|biz|xyz|vip|top|pro|app|live|tv|fun|club|site|online|shop|store|link|ltd|group|work|tech|win|bet|finance|exchange|"
    "trade|trading|money|cash|fund|market|capital|network|world|space|cloud|asia|mobi|wang|ren|ink|love|plus|run|wiki|host|global|zone|city|"
    "cn|io|me|co|cc|pw|in|us|uk|hk|tw|jp|sg|ru|ai|to|im|la|li|is|sc|pk|bo|so|bz|ws|am|fm|gg|ee|kim|red|one|ch|de|eu|kr|vc|gl|ly|sh|st|dev|page|pub|fit|fans|team|today|news|media|bid|cx|ac|nu|tk|ml|ga|cf|icu|cyou|buzz|lol|wtf"
)
DOT = rf"(?:\.|[。点·丶](?=(?:{_TLD})(?![a-z0-9])))"
# A link begins at the start of a run of letters and digits that goes on to a dot; a name in it has at most 63 characters.
URL_EDGE = re.compile(r"(?<![a-z0-9])[a-z0-9]++(?=[a-z0-9\-]{0,62}+(?:[.。点·丶]|://))")
URL = re.compile(
    # After https:// any ending is believed.
    rf"(?<![a-z0-9@._\-])(?P<scheme>https?://)?(?P<host>(?:[a-z0-9][a-z0-9\-]{{0,62}}+{DOT}){{1,5}}(?(scheme)[a-z]{{2,18}}|(?:{_TLD})))(?![a-z0-9\-]|\.[a-z])"
    r"(?P<rest>(?::\d{1,5})?(?:[/?#][a-z0-9\-._~%/?#\[\]!$&()*+,;=:@]{0,500})?)"
)
