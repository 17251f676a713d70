"""The OpenAPI document at `/openapi.json`, and the page at `/docs` that shows it."""

from chandlery.api.openapi.document import document_of
from chandlery.api.openapi.routes import ROUTES

__all__ = ["ROUTES", "document_of"]
