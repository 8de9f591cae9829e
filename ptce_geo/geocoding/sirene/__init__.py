"""Members by their SIRET, from the register of establishments.

`geocoder` decides what an establishment is worth as a place, `facts` is what is known of one,
`api` asks Recherche d'entreprises for it, `file` reads it in the positioned SIRENE file.
"""

from ptce_geo.geocoding.sirene.geocoder import SireneGeocoder

__all__ = ["SireneGeocoder"]
