"""Documents that agreements yield: a page for people, OpenAPI, AsyncAPI, and what must change between versions."""

from interfaces.docs.asyncapi import asyncapi, is_amqp
from interfaces.docs.changes import changes
from interfaces.docs.openapi import filled, is_rest, openapi
from interfaces.docs.page import page

__all__ = ["asyncapi", "changes", "filled", "is_amqp", "is_rest", "openapi", "page"]
