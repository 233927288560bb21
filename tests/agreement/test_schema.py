from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from truceline.agreement import json_schema, library_names, library_text, parse_agreement
from truceline.agreement.parse import AgreementLoader
from truceline.agreement.plain import write_value

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "agreement.schema.json"


def test_the_published_schema_is_the_one_the_records_make():
    # rebuild: python -c "import json; from truceline.agreement import json_schema;
    #          print(json.dumps(json_schema(), indent=1, ensure_ascii=False))" > docs/reference/agreement.schema.json
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == json_schema()


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", library_names())
def test_every_library_file_keeps_the_schema(name):
    check = jsonschema.Draft202012Validator(json_schema())
    check.validate(yaml.load(library_text(name), Loader=AgreementLoader))
    check.validate(write_value(parse_agreement(library_text(name), where=name)))


def test_the_schema_refuses_what_the_parser_refuses():
    check = jsonschema.Draft202012Validator(json_schema())
    draft = {"id": "x", "title": "x", "status": "proposal", "parties": [{"id": "A"}], "zonse": []}
    assert not check.is_valid(draft)
    del draft["zonse"]
    assert check.is_valid(draft)
