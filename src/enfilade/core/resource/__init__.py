"""Resources: a model declared once becomes list, record page, form, JSON, import, export, search and menu entry.

Owns the registry of resources, panels, flows and reports. Nothing here knows a business noun.
"""

from .cells import Cell
from .declare import RESOURCES, Resource, resource_for, resource_named
from .hooks import Step, dialog, flow, flow_of, page, panel, panels_of, report

__all__ = ["RESOURCES", "Cell", "Resource", "Step", "dialog", "flow", "flow_of", "page", "panel", "panels_of", "report", "resource_for", "resource_named"]
