"""From address text to a point: geocoders asked one after the other, and what is trusted of them.

Where to look:

- asking for a whole list: `geocode`, in turn `cascade`, each question once `asking`, what the list
  itself tells `declared`, what is accepted `policy`;
- reading addresses: `address`, `text` (the town in it), `streets` (names of streets made
  comparable), `town_match` with `scopes` (which commune is meant), `words`;
- geocoders: `communes` (embedded), `ban_geocoder` (an index of addresses: `ban_index`, built by
  `ban_build` from `ban_files`, matched by `ban_match`), `ban_service` (the national service, or
  any addok), `sirene` (the register of establishments, by `sirene_api` or `sirene_file`);
- what is kept: `store` (every answer), `review` (what a person corrects).
"""

from ptce_geo.geocoding.address import format_address, parse_address
from ptce_geo.geocoding.ban_build import BanIndexSummary, build_ban_index
from ptce_geo.geocoding.ban_geocoder import BanIndexGeocoder
from ptce_geo.geocoding.ban_service import BanGeocoder
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.geocode import Geocoder, geocode
from ptce_geo.geocoding.policy import AcceptancePolicy
from ptce_geo.geocoding.review import apply_review, write_review
from ptce_geo.geocoding.sirene import SireneGeocoder
from ptce_geo.geocoding.store import AnswerStore, StoreSummary

__all__ = [
    "AcceptancePolicy",
    "AnswerStore",
    "BanGeocoder",
    "BanIndexGeocoder",
    "BanIndexSummary",
    "CommuneGeocoder",
    "Geocoder",
    "SireneGeocoder",
    "StoreSummary",
    "apply_review",
    "build_ban_index",
    "format_address",
    "geocode",
    "parse_address",
    "write_review",
]
