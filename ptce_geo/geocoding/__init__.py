"""From address text to a point: geocoders asked one after the other, and what is trusted of them.

Where to look:

- asking for a whole list: `geocode`; in turn `cascade`, each question once `asking`; what the list
  itself tells `declared`; what is accepted `policy`; geocoders named in a word `specs`;
- reading addresses: `address`; the town in it `text`; names of streets made comparable `streets`
  with `street_words`; which commune is meant `town_match` with `scopes` and `words`;
- geocoders: `communes` (embedded), `ban_index` (an index of addresses), `service` (the national
  geocoder, any addok), `sirene` (the register of establishments);
- what is kept: every answer `store`, what a person corrects `review`, a geocoded list as a file
  `geocoded_file`.
"""

from ptce_geo.geocoding.address import format_address, parse_address
from ptce_geo.geocoding.ban_index import BanIndexGeocoder, BanIndexSummary, build_ban_index
from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.geocode import Geocoder, geocode
from ptce_geo.geocoding.policy import AcceptancePolicy
from ptce_geo.geocoding.review import apply_review, write_review
from ptce_geo.geocoding.service import BanGeocoder
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
