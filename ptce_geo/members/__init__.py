"""Input: lists of members and poles, read whatever they look like, with what is wrong in them."""

from ptce_geo.members.members import member_problems, read_members
from ptce_geo.members.poles import link_poles, read_poles

__all__ = ["link_poles", "member_problems", "read_members", "read_poles"]
