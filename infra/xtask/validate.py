"""Validates the generated contracts.

Usage: validate.py OPENAPI [ASYNCAPI SCHEMA]   (SCHEMA: AsyncAPI's own JSON Schema)

OpenAPI is checked by openapi-spec-validator, AsyncAPI by the schema of its specification; beyond that every
reference of either document must lead somewhere and every schema in them must be one.
"""

import json
import sys

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from openapi_spec_validator import OpenAPIV31SpecValidator


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def references(value, at="#"):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield at, value["$ref"]
        for name, member in value.items():
            yield from references(member, f"{at}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, f"{at}/{index}")


def leads_somewhere(document, reference):
    place = document
    for step in reference.removeprefix("#/").split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(place, dict) or step not in place:
            return False
        place = place[step]
    return reference.startswith("#/")


def breaches(name, document):
    for at, reference in references(document):
        if not leads_somewhere(document, reference):
            yield f"{name}: {at} refers to nothing: {reference}"
    for schema, value in document["components"]["schemas"].items():
        try:
            Draft202012Validator.check_schema(value)
        except SchemaError as error:
            yield f"{name}: the schema {schema} is none: {error.message}"


def main(openapi, asyncapi=None, schema=None):
    found = list(breaches(openapi, load(openapi)))
    for error in OpenAPIV31SpecValidator(load(openapi)).iter_errors():
        found.append(f"{openapi}: {'/'.join(map(str, error.absolute_path))}: {error.message:.400}")
    if asyncapi:
        found += breaches(asyncapi, load(asyncapi))
        for error in Draft7Validator(load(schema)).iter_errors(load(asyncapi)):
            error = best_match([error])
            found.append(f"{asyncapi}: {'/'.join(map(str, error.absolute_path))}: {error.message:.400}")
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


sys.exit(main(*sys.argv[1:]))
