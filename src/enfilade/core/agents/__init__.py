"""What an agent can do here: the commands, records and reports that its token may use, as tools.

Owns no protocol: `enfilade.site.agents` speaks it. Every writing tool is rehearsed first and runs on confirmation only.
"""

from .tools import Tool, call, tools_of

__all__ = ["Tool", "call", "tools_of"]
