"""From address text to a point: the embedded geocoder, and geocoders asked one after the other."""

from ptce_geo.geocoding.communes import CommuneGeocoder
from ptce_geo.geocoding.geocode import Geocoder, geocode

__all__ = ["CommuneGeocoder", "Geocoder", "geocode"]
