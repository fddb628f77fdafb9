"""Names that a user may give and that something else would read as its own: markup, formulas, marks, controls."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE_NAMES = (
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload='alert(1)'>", "<!--", "]]>",
    "&lt;b&gt;&amp;", "{{ 7 * 7 }}{% if %}", "{currency} {0} %s %(n)s", "javascript:alert(1)", "'; DROP TABLE t; --",
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " \u200f=HYPERLINK(\"http://x\")", "\uff1d1+1",
    "$x_1^2$ and $\\alpha$", "$$", "a_b^c\\frac{", "_x0041_", "üñîçødé 中文 ∑", "👩‍👩‍👧‍👦 🇮🇷", "\u202egnp.exe\u202c",
    "\u200fعربی\u200e", "line\nbreak", "tab\tstop", "return\rfeed", "nul\x00here", "esc\x1b[31m",
    "\x7f\x85\ufffe\uffff",
    "long " * 60, "x" * 400, " padded ", "'quoted'", "a,b;c|d",
)  # fmt: skip
"""One of each kind."""

# Halves of pairs are left out: no file format can hold them, and no source of tables gives them.
anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
hostile_names = st.one_of(
    st.sampled_from(HOSTILE_NAMES),
    anything,
    st.lists(st.one_of(st.sampled_from(HOSTILE_NAMES), anything), min_size=2, max_size=3).map("".join),
).filter(str.strip)
"""Any name, those that do harm first."""
