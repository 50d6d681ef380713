"""Pages for people without a client of their own: server-rendered, no script, in Chinese and English."""

from jinja2 import Environment, PackageLoader

PAGES = Environment(loader=PackageLoader("api", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
