"""Programs read the statement in the terms of DPV 2.3."""

import json
from typing import Any

import pytest
from rdflib import RDF, Graph, URIRef

from tests.support.declared import NAMES, declared
from troth.statement.jsonld import LEGAL_BASES, RIGHTS, SAFEGUARDS, jsonld
from troth.statement.show import show
from troth.statement.terms import iri, is_known
from troth.statement.words import LANGUAGES

# rdflib's own reader uses what rdflib calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
OURS = ("dpv:", "pd:", "eu-gdpr:", "tech:")


def _graph(name: str) -> Graph:
    return Graph().parse(data=show(declared(name), "en", "jsonld"), format="json-ld")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def _curies(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {name for key, item in value.items() if key != "@context" for name in (key, *_curies(item))}
    if isinstance(value, list):
        return {name for item in value for name in _curies(item)}
    return {value} if isinstance(value, str) else set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_term_is_in_the_vocabulary(name: str, language: str) -> None:
    """Every term that is used is one of DPV 2.3."""
    said = _curies(jsonld(declared(name), language))
    terms = {one for one in said if one.startswith(OURS) and " " not in one}
    assert terms
    assert [one for one in terms if not is_known(one)] == []


@pytest.mark.parametrize("terms", [LEGAL_BASES, RIGHTS, SAFEGUARDS], ids=["bases", "rights", "safeguards"])
def test_every_term_in_a_table_is_in_the_vocabulary(terms: dict[str, str]) -> None:
    """So is every term that could be used."""
    assert [term for term in terms.values() if not is_known(term)] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_name_stands_twice(name: str) -> None:
    """Of a repeated key most readers keep only the last."""
    json.loads(show(declared(name), "en", "jsonld"), object_pairs_hook=_once)


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_as_triples(name: str) -> None:
    """Another program reads each purpose with its basis."""
    statement, graph = declared(name), _graph(name)
    page = URIRef(statement.service.url.rstrip("/") + "/privacy/")
    assert (page, RDF.type, URIRef(iri("dpv:PrivacyNotice"))) in graph
    processes = set(graph.objects(page, URIRef(iri("dpv:hasProcess"))))
    assert processes == {URIRef(f"{page}#purpose.{purpose}") for purpose in statement.purposes}
    for purpose, one in statement.purposes.items():
        process = URIRef(f"{page}#purpose.{purpose}")
        assert (process, URIRef(iri("dpv:hasPurpose")), URIRef(iri(one.term))) in graph
        assert one.basis
        assert (process, URIRef(iri("dpv:hasLegalBasis")), URIRef(iri(LEGAL_BASES[one.basis]))) in graph


@pytest.mark.parametrize("name", NAMES)
def test_required_and_optional_are_told(name: str) -> None:
    """P04, for programs: each field of each point has its necessity."""
    statement, graph = declared(name), _graph(name)
    page = statement.service.url.rstrip("/") + "/privacy/"
    for where, point in statement.collection.items():
        for field in point.fields():
            term = "dpv:Required" if field in point.required else "dpv:Optional"
            datum = URIRef(f"{page}#collection.{where}.{field}")
            assert (datum, URIRef(iri("dpv:hasNecessity")), URIRef(iri(term))) in graph
