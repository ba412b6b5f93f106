"""What the properties of a vCard are called, and where each belongs in a draft. Data only."""

from __future__ import annotations

# name of the property: field of the draft
SCALARS = {"FN": "name", "TITLE": "title", "ROLE": "role", "UID": "uid", "X-ANDROID-NICKNAME": "nickname"}
POINTS = {"TEL": "phone", "X-MS-TEL": "phone", "EMAIL": "email", "URL": "url", "IMPP": "im"}
# name of the property: service
MESSENGERS = {
    "X-AIM": "AIM",
    "X-GADUGADU": "Gadu-Gadu",
    "X-GOOGLE-TALK": "Google Talk",
    "X-GROUPWISE": "GroupWise",
    "X-GTALK": "Google Talk",
    "X-ICQ": "ICQ",
    "X-JABBER": "Jabber",
    "X-KADDRESSBOOK-X-IMADDRESS": "IM",
    "X-MS-IMADDRESS": "IM",
    "X-MSN": "MSN",
    "X-QQ": "QQ",
    "X-SKYPE": "Skype",
    "X-SKYPE-USERNAME": "Skype",
    "X-TWITTER": "Twitter",
    "X-YAHOO": "Yahoo",
}
RELATIONS = {
    **{
        f"{maker}{name}": name.lower()
        for maker in ("X-", "X-MS-", "X-EVOLUTION-")
        for name in ("SPOUSE", "MANAGER", "ASSISTANT", "CHILDREN")
    },
    "X-MS-CHILD": "child",
    "X-KADDRESSBOOK-X-ASSISTANTSNAME": "assistant",
    "X-KADDRESSBOOK-X-MANAGERSNAME": "manager",
    "X-KADDRESSBOOK-X-SPOUSESNAME": "spouse",
    "MEMBER": "member",
    "X-ADDRESSBOOKSERVER-MEMBER": "member",
}
ANNIVERSARIES = {
    **dict.fromkeys(
        ("ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-KADDRESSBOOK-X-ANNIVERSARY", "X-MS-ANNIVERSARY"), "anniversary"
    ),
    "DEATHDATE": "death",
}
KINDS = {
    "individual": "person",
    "org": "organisation",
    "organization": "organisation",
    "group": "organisation",
    "location": "organisation",
}
OF_PROGRAMS = frozenset(
    {
        *("VERSION", "PRODID", "REV", "X-PRODID", "CLIENTPIDMAP", "X-ABLABEL", "X-ABADR", "X-ABUID", "X-IMAGETYPE", "X-IMAGEHASH"),
        *(
            "X-MS-OL-DESIGN",
            "X-MS-SIGNATURE",
            "X-MS-OL-DEFAULT-POSTAL-ADDRESS",
            "X-MOZILLA-HTML",
            "X-SHARED-PHOTO-DISPLAY-PREF",
            "X-EVOLUTION-WEBDAV-ETAG",
        ),
    }
)
# Types that say nothing of the place where somebody is reached.
SILENT_TYPES = frozenset(
    {"voice", "internet", "pref", "msg", "text", "postal", "parcel", "dom", "intl", "fax", "pager", "phone", "x-internet"}
)
LABELS = {"cell": "mobile", "iphone": "mobile", "business": "work", "company": "company"}
# One property may stand in several languages (ALTID). These have one place in a draft: the first counts, the others are kept as extra.
ONE_OF_SEVERAL = frozenset({"FN", "N", "ORG", "TITLE", "ROLE", "NICKNAME", "BDAY", "ADR", "ANNIVERSARY"})
