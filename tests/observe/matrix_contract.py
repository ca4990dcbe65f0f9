"""What the Matrix specification says of requests, answers and events, from its own OpenAPI and event schemas (tests/specs/matrix)."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SPECS = Path(__file__).parents[1] / "specs" / "matrix" / "data"
API = SPECS / "api" / "client-server"
EVENTS = SPECS / "event-schemas" / "schema"
OPERATIONS = ("room_summary", "directory", "profile", "message_pagination")


@cache
def _yaml(path: Path) -> Any:  # noqa: ANN401 - what YAML holds
    return yaml.safe_load(path.read_text("utf-8"))


def _retrieve(uri: str) -> Any:  # noqa: ANN401 - a resource, untyped
    path = Path(unquote(urlsplit(uri).path))
    assert path.is_relative_to(SPECS), uri
    return Resource.from_contents(_yaml(path), default_specification=DRAFT202012)


def _validator(schema: object, file: Path) -> Any:  # noqa: ANN401 - jsonschema ships no types
    """A validator whose relative references start at the file that the schema stands in."""
    registry: Any = Registry(retrieve=_retrieve)  # type: ignore[call-arg]
    uri = file.with_name("checked.yaml").as_uri()
    root = Resource.from_contents({"$id": uri, "allOf": [schema]}, default_specification=DRAFT202012)
    return jsonschema.Draft202012Validator(root.contents, registry=registry.with_resource(uri, root))


@cache
def _operations() -> list[tuple[re.Pattern[str], str, dict[str, Any], Path]]:
    found = []
    for name in OPERATIONS:
        file = API / f"{name}.yaml"
        told = _yaml(file)
        base = told["servers"][0]["variables"]["basePath"]["default"]
        for path, methods in told["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(base + path))
            found += [(re.compile(pattern), verb, one, file) for verb, one in methods.items()]
    return found


def check_exchange(method: str, url: str, token: bool, status: int, body: bytes) -> str | None:
    """Whether a request and its answer are as the specification says; returns the operation's id, None where it is not in these files."""
    parts = urlsplit(url)
    for pattern, verb, operation, file in _operations():
        matched = pattern.fullmatch(parts.path)
        if matched and verb == method.lower():
            _check_parameters(operation, file, parse_qs(parts.query, keep_blank_values=True), matched.groups())
            assert token or "security" not in operation or _open(operation), f"{operation['operationId']} wants a token"
            _check_answer(operation, file, status, body)
            return str(operation["operationId"])
    return None


def _open(operation: dict[str, Any]) -> bool:
    """Whether it may be asked without a token: its security allows none, or it says that servers may allow it."""
    return {} in operation["security"] or "unauthenticated access" in operation["description"]


def _check_parameters(
    operation: dict[str, Any], file: Path, query: dict[str, list[str]], names: tuple[str, ...]
) -> None:
    declared = {one["name"]: one for one in operation.get("parameters", ())}
    inside = [one for one in declared.values() if one["in"] == "path"]
    for one, value in zip(inside, names, strict=True):
        assert _valid(one["schema"], file, unquote(value)), f"{one['name']} {value!r}"
    for key, values in query.items():
        assert key in declared, f"{operation['operationId']} knows no {key}"
        schema = declared[key]["schema"]
        assert _valid(schema, file, _typed(schema, values)), f"{key} {values}"
    for key, one in declared.items():
        assert one["in"] != "query" or not one.get("required") or key in query, f"{key} is missing"


def _typed(schema: dict[str, Any], values: list[str]) -> object:
    kind = schema.get("type")
    if kind == "array":
        return values
    (value,) = values
    return int(value) if kind == "integer" else value


def _valid(schema: object, file: Path, value: object) -> bool:
    return not list(_validator(schema, file).iter_errors(value))


def _check_answer(operation: dict[str, Any], file: Path, status: int, body: bytes) -> None:
    said = operation["responses"].get(str(status))
    value = json.loads(body)
    if said is None:  # servers may answer with any standard error
        assert status >= 400, f"{operation['operationId']} does not answer {status}"
        check(value, API / "definitions" / "errors" / "error.yaml")
        return
    schema = said["content"]["application/json"]["schema"]
    errors = [error.message for error in _validator(schema, file).iter_errors(value)]
    assert not errors, f"{operation['operationId']} {status}: {errors[:3]}"


@cache
def _whole_file(file: Path) -> Any:  # noqa: ANN401 - jsonschema ships no types
    return _validator({"$ref": file.as_uri()}, file)


def check(value: object, file: Path) -> None:
    """Whether a value is as one schema file says."""
    errors = [f"{error.json_path}: {error.message}" for error in _whole_file(file).iter_errors(value)]
    assert not errors, f"{file.name}: {errors[:3]}"


def check_event(event: dict[str, Any]) -> None:
    """Whether an event is a client event, and of a kind whose schema is here as that says."""
    check(event, API / "definitions" / "client_event.yaml")
    file = EVENTS / f"{event['type']}.yaml"
    if file.exists():
        check(event, file)
