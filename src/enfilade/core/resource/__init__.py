"""Resources: a model declared once becomes list, record page, form, JSON, import, export, search and menu entry.

Owns the registry of resources, panels, flows and reports. Nothing here knows a business noun.
"""

from .cells import Cell
from .declare import Resource
from .hooks import Step, dialog, flow, flow_of, flow_of_records, open_page, page, panel, panels_of, rehearsal, rehearsed_parts, report
from .registry import RESOURCES, resource_for, resource_named

__all__ = [
    "RESOURCES",
    "Cell",
    "Resource",
    "Step",
    "dialog",
    "flow",
    "flow_of",
    "flow_of_records",
    "open_page",
    "page",
    "panel",
    "panels_of",
    "rehearsal",
    "rehearsed_parts",
    "report",
    "resource_for",
    "resource_named",
]
