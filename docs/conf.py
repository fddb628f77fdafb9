"""Settings of the documentation."""

from importlib.metadata import version as installed_version

project = "cxvalue"
author = "the cxvalue authors"
version = release = installed_version("cxvalue")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "myst_nb",
]
exclude_patterns = ["_build", "jupyter_execute"]
language = "en-GB"

# Pages in MyST markdown; a page with code cells is run while it is built, and an error in it stops the build.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "auto"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

# The reference comes from the docstrings, whose types are written for people.
autosummary_generate = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = "cxvalue"
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_show_sourcelink = False
project_copyright = author
