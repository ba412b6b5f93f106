"""Who may what, looked at: why somebody can or can't, what a change of a role would do, who used what when, which powers clash.

Owns conflict rules, accepted conflicts and the decisions of access reviews. Calls core only.
Stands at the door of every command that gives access.
"""
