"""
The OpenAPI page: Swagger UI from the wheel of `fastapi-offline`, served from here.

Its own stylesheet sets inline styles, so the page allows these and nothing else that is
inline; the few lines that start it are a file too. `?scenario=NAME` shows the document
that is drawn from a scenario's Description.
"""

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

SPEC = find_spec("fastapi_offline")
assert SPEC is not None and SPEC.origin is not None
ASSETS = Path(SPEC.origin).parent / "static"
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<title>华表接口 · Huabiao API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css"></head>
<body><main id="swagger-ui"></main>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script></body></html>
"""
START = """const scenario = new URLSearchParams(location.search).get("scenario") ?? "";
const own = /^[a-z][a-z0-9_]*$/.test(scenario) ? `scenarios/${scenario}/` : "";
SwaggerUIBundle({
  url: `/api/${own}openapi.json`, dom_id: "#swagger-ui", deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout",
  validatorUrl: null
});
"""


def install_documentation(app: FastAPI) -> None:
    """Add /api/docs with everything that it loads."""

    @app.get("/api/docs", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @app.get("/api/docs/start.js", include_in_schema=False)
    def start() -> Response:
        return Response(START, media_type="text/javascript")

    app.mount("/api/docs/assets", StaticFiles(directory=ASSETS), name="openapi assets")
