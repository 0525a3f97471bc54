# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as the service words them, in every body shape that has been seen."""

from __future__ import annotations

import html

from .messages import Response, json_bytes

SHAPES = ("error_code", "error", "code", "errorCode", "text", "html", "keystone")
_TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class ScenarioError(ValueError):
    """A scenario, fault or setting that can't be used; the text is one line for a person."""


class ApiError(Exception):
    """An error answer of the service: HTTP status, code and message, with extra headers."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def bad_request(message: str) -> ApiError:
    """400 as on the reference page; the text says which parameter is wrong."""
    return ApiError(400, "ModelArts.50004000", f"Bad request. {message}")


def not_published() -> ApiError:
    """What the gateway says of a path that a region does not offer."""
    return ApiError(404, "APIGW.0101", "The API does not exist or has not been published in the environment")


def _json(value: object) -> tuple[str, bytes]:
    return "application/json", json_bytes(value)


def error_body(shape: str, status: int, code: str, message: str, request_id: str) -> tuple[str, bytes]:
    """Content type and body of an error in the given shape (one of SHAPES)."""
    if shape == "error":
        return _json({"error": {"code": code, "message": message}})
    if shape == "code":
        return _json({"code": code, "message": message})
    if shape == "errorCode":
        return _json({"errorCode": code, "errorMsg": message})
    if shape == "text":
        return "text/plain; charset=utf-8", f"{code}: {message}".encode("utf-8", "surrogatepass")
    if shape == "html":
        page = f"<html><head><title>{status}</title></head><body><h1>{html.escape(message)}</h1></body></html>"
        return "text/html; charset=utf-8", page.encode("utf-8", "surrogatepass")
    if shape == "keystone":
        return _json({"error": {"code": status, "message": message, "title": _TITLES.get(status, "Error")}})
    body = {"error_code": code, "error_msg": message}
    if code.startswith(("APIGW.", "APIG.")):
        body["request_id"] = request_id  # the gateway's own errors repeat it in the body
    return _json(body)


def error_response(error: ApiError, shape: str, request_id: str) -> Response:
    """The answer that carries an error."""
    content_type, body = error_body(shape, error.status, error.code, error.message, request_id)
    return Response(error.status, body, {"Content-Type": content_type, **error.headers})
