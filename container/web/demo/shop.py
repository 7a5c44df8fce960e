"""The demo shop's pages and files; prices and goods are made up, and no order reaches anybody."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

PIXEL = "1234567890"
"""The pixel of the shop, as in the configuration that tagdock comes with."""

_FOLDER = Path(__file__).parent
_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_FILES = ("fbevents.js", "shop.css", "shop.js")
BLOCKED = "demo_block"
"""The cookie of the switch that plays an ad blocker."""


@dataclass(frozen=True, slots=True)
class Product:
    """Something to buy; the price is in euros."""

    sku: str
    name: str
    price: int
    material: str
    text: str


PRODUCTS = (
    Product("CUP-01", "Espresso cup", 18, "Stoneware", "Thick enough to keep a short coffee warm for a long talk."),
    Product("BOWL-02", "Breakfast bowl", 26, "Stoneware", "Deep, wide and light; it nests into its own kind."),
    Product("POT-03", "Teapot", 64, "Porcelain", "Pours without a drop on the table. Holds three cups."),
    Product("VASE-04", "Bud vase", 32, "Earthenware", "For one stem at a time, which is often enough."),
)


def demo(loader: str) -> Starlette:
    """The shop as an application to mount; its pages load the container's script from ``loader``."""
    pages = _Pages(loader)
    return Starlette(
        routes=[
            Route("/", pages.home),
            Route("/product/{sku}", pages.product),
            Route("/checkout", pages.checkout),
            Route("/thanks", pages.thanks),
            Route("/static/{name}", _file),
        ]
    )


class _Pages:
    """Pages rendered with a fresh nonce each: no script runs that this server did not write."""

    def __init__(self, loader: str) -> None:
        self._loader = loader
        templates = FileSystemLoader(_FOLDER / "pages")
        self._environment = Environment(loader=templates, autoescape=True, undefined=StrictUndefined)

    async def home(self, request: Request) -> Response:
        return self._page(request, "home.html", products=PRODUCTS)

    async def product(self, request: Request) -> Response:
        sku = request.path_params["sku"]
        found = next((one for one in PRODUCTS if one.sku == sku), None)
        if found is None:
            return self._page(request, "missing.html", 404)
        return self._page(request, "product.html", product=found)

    async def checkout(self, request: Request) -> Response:
        return self._page(request, "checkout.html")

    async def thanks(self, request: Request) -> Response:
        return self._page(request, "thanks.html")

    def _page(self, request: Request, name: str, status: int = 200, **values: object) -> Response:
        nonce = secrets.token_urlsafe(16)
        shop = request.scope["root_path"]
        text = self._environment.get_template(name).render(
            nonce=nonce, shop=shop, loader=self._loader, pixel=PIXEL, prices=PRODUCTS, **values
        )
        policy = (
            f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; connect-src 'self'; "
            "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        headers = {
            "content-security-policy": policy,
            "cache-control": "no-store",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
        }
        return Response(text, status, headers, "text/html; charset=utf-8")


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
    if name not in _FILES:
        return Response("there is no such file\n", 404, headers, "text/plain")
    kind = _TYPES[name.rpartition(".")[2]]
    if name == "fbevents.js" and BLOCKED in request.cookies:
        # As blockers do that put an empty script in place of the real one.
        return Response("", 200, {**headers, "cache-control": "no-store"}, kind)
    return FileResponse(_FOLDER / "static" / name, headers=headers, media_type=kind)
