"""The API, tried with everything that its own description allows and forbids, and with what is no request at all."""

import json
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.support import points
from tests.support.declared import declared
from tests.support.fuzzing import hold
from tests.support.site import Running, troth
from tests.support.visited import PATIENCE, visited

pytestmark = pytest.mark.timeout(7200)
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.allow_header_conformance,
]
MODES = {"as described": GenerationMode.POSITIVE, "otherwise": GenerationMode.NEGATIVE}
REFUSED = {400, 404, 405, 409, 413, 415, 422}


@pytest.mark.promise("P05")
@pytest.mark.parametrize("mode", MODES)
def test_the_api_keeps_to_its_description(infortrend: Running, rounds: int, mode: str) -> None:
    """Each answer has a status, type and shape that the description names; what it forbids leaves no trace."""
    described = schemathesis.openapi.from_url(f"{infortrend.url}/api/v1/openapi.json")
    # A token that covers every purpose there is: without one a question is refused before it is looked at.
    purposes = [part for name in declared("infortrend").purposes for part in ("--purpose", name)]
    token = troth("token", "new", *purposes, "--data", infortrend.directory).split()[-1]
    leaves = set[str]()
    with visited(infortrend, f"requests {mode}") as found:

        def answered(case: Any) -> None:
            answer = case.call(timeout=PATIENCE, headers={"Authorization": f"Bearer {token}"})
            case.validate_response(answer, checks=CHECKS)
            if answer.status_code == 201:
                leaves.add(answer.json()["entry"]["leaf"])

        hold(answered, described.as_strategy(generation_mode=MODES[mode]), examples=150, rounds=rounds)
        found.others = len(leaves - found.taken)
    assert bool(leaves) == (mode == "as described")


TYPES = ["application/json", "application/json; charset=utf-16", "application/json; charset=\u00e9", "text/plain", "",
         "APPLICATION/JSON", "application/problem+json", "multipart/form-data", "multipart/form-data; boundary=x",
         'multipart/form-data; boundary="', "multipart/form-data; charset=nobody; boundary=x", "application/json;",
         "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=nobody"]  # fmt: skip
SIGNS = ["{", "}", "[", "]", '"', ":", ",", "NaN", "-Infinity", "1e999", "9" * 5000, "[" * 3000, '{"":' * 900, "null",
"\\ud800",
         "\\u0000", "\x00", "\ufeff", "é", "\\", "true", '{"fields":{}}', "--x\r\n", "--x--"]  # fmt: skip
DAMAGE = st.one_of(
    st.binary(max_size=6), st.lists(st.sampled_from(SIGNS), max_size=3).map(lambda one: "".join(one).encode())
)
# Anything that a header can hold at all; DEL is refused before troth sees it.
SIGNS_OF_KEYS = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
KEYS = st.one_of(st.none(), st.text(SIGNS_OF_KEYS, max_size=210).map(str.strip))


@pytest.mark.promise("P05")
def test_the_api_answers_whatever_comes(infortrend: Running, client: httpx.Client, rounds: int) -> None:
    """A valid submission with anything in it overwritten, under any media type and key: refused in the one shape."""
    asked = points.described(client, infortrend, "support")
    given = points.answers(asked["shown"])
    whole = json.dumps(points.submission(asked, given), ensure_ascii=False).encode()
    url = f"{infortrend.url}/api/v1/collect/support"
    leaves = set[str]()
    client.timeout = httpx.Timeout(PATIENCE)

    def answered(at: int, length: int, put: bytes, kind: str, key: str | None) -> None:
        headers = {"Content-Type": kind.encode("latin-1")} | (
            {} if key is None else {"Idempotency-Key": key.encode("latin-1")}
        )
        answer = client.post(url, content=whole[:at] + put + whole[at + length :], headers=headers)
        if answer.status_code == 201:
            leaves.add(points.taken(answer)["entry"]["leaf"])
        else:
            assert answer.status_code in REFUSED
            points.refused(answer, answer.status_code, answer.json()["error"]["code"])

    with visited(infortrend, "damaged requests") as found:
        places = st.integers(0, len(whole)), st.integers(0, 60)
        hold(answered, *places, DAMAGE, st.sampled_from(TYPES), KEYS, examples=250, rounds=rounds)
        found.others = len(leaves)
