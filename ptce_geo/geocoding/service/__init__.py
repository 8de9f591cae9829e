"""Addresses over the network: the national geocoder, or any addok.

`geocoder` asks, `queries` writes what is asked, `answers` reads what comes back.
"""

from ptce_geo.geocoding.service.geocoder import BanGeocoder

__all__ = ["BanGeocoder"]
